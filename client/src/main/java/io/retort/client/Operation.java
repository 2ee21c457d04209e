package io.retort.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The operations of the API that this client calls, as {@code docs/openapi.json} has them. */
enum Operation {
  ASK("POST", "/api/v1/answers"),
  GET_ANSWER("GET", "/api/v1/answers/{id}"),
  CANCEL_ANSWER("POST", "/api/v1/answers/{id}:cancel"),
  KNOCK_OUT("POST", "/api/v1/answers/{id}:knock-out"),
  PUT_FEEDBACK("PUT", "/api/v1/answers/{id}/feedback"),
  GET_FEEDBACK("GET", "/api/v1/answers/{id}/feedback"),
  DELETE_FEEDBACK("DELETE", "/api/v1/answers/{id}/feedback"),
  LIST_FEEDBACK("GET", "/api/v1/feedback"),
  SEARCH("POST", "/api/v1/search"),
  CREATE_COLLECTION("POST", "/api/v1/collections"),
  LIST_COLLECTIONS("GET", "/api/v1/collections"),
  GET_COLLECTION("GET", "/api/v1/collections/{collection}"),
  UPDATE_COLLECTION("PATCH", "/api/v1/collections/{collection}"),
  DELETE_COLLECTION("DELETE", "/api/v1/collections/{collection}"),
  UPLOAD_DOCUMENTS("POST", "/api/v1/collections/{collection}/documents"),
  LIST_DOCUMENTS("GET", "/api/v1/collections/{collection}/documents"),
  DELETE_DOCUMENTS("DELETE", "/api/v1/collections/{collection}/documents"),
  GET_DOCUMENT("GET", "/api/v1/documents/{id}"),
  DELETE_DOCUMENT("DELETE", "/api/v1/documents/{id}"),
  RETRY_DOCUMENT("POST", "/api/v1/documents/{id}:retry"),
  GET_PASSAGE("GET", "/api/v1/documents/{id}/passage"),
  LIST_CHUNKS("GET", "/api/v1/documents/{id}/chunks"),
  GET_ORIGINAL("GET", "/api/v1/documents/{id}/original"),
  LIST_JOBS("GET", "/api/v1/jobs"),
  GET_JOB("GET", "/api/v1/jobs/{id}"),
  LIST_JOB_ITEMS("GET", "/api/v1/jobs/{id}/items"),
  WATCH_JOB("GET", "/api/v1/jobs/{id}/events"),
  CANCEL_JOB("POST", "/api/v1/jobs/{id}:cancel"),
  RETRY_JOB("POST", "/api/v1/jobs/{id}:retry"),
  CREATE_CONVERSATION("POST", "/api/v1/conversations"),
  LIST_CONVERSATIONS("GET", "/api/v1/conversations"),
  GET_CONVERSATION("GET", "/api/v1/conversations/{id}"),
  UPDATE_CONVERSATION("PATCH", "/api/v1/conversations/{id}"),
  DELETE_CONVERSATION("DELETE", "/api/v1/conversations/{id}"),
  CREATE_KEY("POST", "/api/v1/keys"),
  LIST_KEYS("GET", "/api/v1/keys"),
  UPDATE_KEY("PATCH", "/api/v1/keys/{id}"),
  REVOKE_KEY("DELETE", "/api/v1/keys/{id}"),
  GET_ME("GET", "/api/v1/me"),
  CREATE_LOGIN("POST", "/api/v1/admin/logins"),
  GET_STATUS("GET", "/api/v1/admin/status"),
  GET_HEALTH("GET", "/health");

  final String method;
  final String path;

  Operation(String method, String path) {
    this.method = method;
    this.path = path;
  }

  /** The operation's id in the description, as {@code getAnswer}. */
  String id() {
    var id = new StringBuilder();
    for (String word : name().toLowerCase(Locale.ROOT).split("_", -1)) {
      id.append(id.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return id.toString();
  }

  /** Whether a call that is repeated under the same key gets the first one's response. */
  boolean takesIdempotencyKey() {
    return method.equals("POST") && this != CREATE_KEY && this != CREATE_LOGIN;
  }

  /** The path for the object that has this id. */
  String of(String objectId) {
    String encoded = URLEncoder.encode(objectId, StandardCharsets.UTF_8).replace("+", "%20");
    return path.replaceFirst("\\{[a-z]+}", encoded);
  }
}
