"""OpenAI's Python client against the service at RETORT_URL: what it reads is what the API says."""

import base64
import math
import os
import struct

import openai

BASE = os.environ["RETORT_URL"]
QUESTION = [{"role": "user", "content": "What is the capital of Mongolia?"}]
client = openai.OpenAI(base_url=BASE + "/v1", api_key=os.environ["RETORT_KEY"], max_retries=0)


def refused(call, kind, status, code):
    try:
        call()
    except kind as e:
        assert e.status_code == status and e.code == code, (e.status_code, e.code)
        assert e.message and e.type, e.body
        return e
    raise AssertionError(f"no {kind.__name__}")


def models():
    ids = [model.id for model in client.models.list()]
    assert ids == ["handbook", "retort-encoder"], ids
    assert client.models.retrieve("handbook").owned_by == "retort"
    refused(lambda: client.models.retrieve("none"), openai.NotFoundError, 404, "model_not_found")


def check_annotations(text, annotations, citations):
    assert annotations and len(annotations) == len(citations)
    for annotation, citation in zip(annotations, citations):
        cited = annotation.url_citation
        words = text[cited.start_index : cited.end_index]  # Python counts code points, as we do
        assert annotation.type == "url_citation" and words, annotation
        assert cited.url.startswith(BASE + "/documents/"), cited.url
        assert citation["answer_span"] == {"start": cited.start_index, "end": cited.end_index}
        assert citation["title"] == cited.title and citation["quote"]


def chat():
    completion = client.chat.completions.create(model="handbook", messages=QUESTION, logprobs=True)
    choice = completion.choices[0]
    assert "Ulaanbaatar" in choice.message.content, choice.message.content
    assert choice.finish_reason == "stop" and choice.message.role == "assistant"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert "".join(token.token for token in choice.logprobs.content) == choice.message.content
    extra = completion.model_extra  # what the client has no field for
    check_annotations(choice.message.content, choice.message.annotations, extra["citations"])
    assert extra["retort"]["abstained"] is False and extra["retort"]["answer_id"].startswith("ans_")
    return choice.message.content


def chat_options():
    completion = client.chat.completions.create(
        model="handbook",
        messages=[{"role": "system", "content": "Be brief."}, *QUESTION],
        max_completion_tokens=16,
        seed=1,
        extra_body={"retort": {"style": "short", "k": 2}},
    )
    assert completion.choices[0].message.content == "Ulaanbaatar", completion.choices[0].message.content
    assert "messages[0]" in completion.model_extra["retort"]["ignored"]


def abstention():
    completion = client.chat.completions.create(
        model="handbook", messages=[{"role": "user", "content": "Who won the chess match in the second paragraph?"}],
        extra_body={"retort": {"min_confidence": 1}},
    )
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model_extra["retort"]["abstained"] is True
    assert not completion.choices[0].message.annotations


def stream(whole):
    parts = list(
        client.chat.completions.create(
            model="handbook", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    assert text == whole, (text, whole)
    assert parts[0].choices[0].delta.role == "assistant"
    reasons = [part.choices[0].finish_reason for part in parts if part.choices]
    assert reasons[-1] == "stop" and set(reasons[:-1]) == {None}, reasons
    assert parts[-1].usage.total_tokens > 0 and not parts[-1].choices
    assert len({(part.id, part.created, part.model) for part in parts}) == 1
    last = parts[-2]
    assert last.model_extra["retort"]["abstained"] is False and last.model_extra["citations"]
    annotated = [part.choices[0].delta for part in parts if part.choices and "annotations" in part.choices[0].delta.model_extra]
    assert len(annotated) == 1 and annotated[0].model_extra["annotations"][0]["type"] == "url_citation"


def stream_helper(whole):
    with client.chat.completions.stream(model="handbook", messages=QUESTION) as events:
        for _ in events:
            pass
        completion = events.get_final_completion()
    assert completion.choices[0].message.content == whole


def embeddings():
    texts = ["The capital of Mongolia", "🌴 leave days"]
    plain = client.embeddings.create(model="retort-encoder", input=texts, encoding_format="float")
    coded = client.embeddings.create(model="retort-encoder", input=texts, encoding_format="base64")
    decoded_by_client = client.embeddings.create(model="retort-encoder", input=texts)  # asks for base64
    for item, raw, decoded in zip(plain.data, coded.data, decoded_by_client.data):
        numbers = struct.unpack(f"<{len(item.embedding)}f", base64.b64decode(raw.embedding))
        assert max(abs(a - b) for a, b in zip(numbers, item.embedding)) < 1e-6
        assert max(abs(a - b) for a, b in zip(decoded.embedding, item.embedding)) < 1e-6
        assert abs(math.fsum(x * x for x in numbers) - 1) < 1e-4
    assert plain.usage.total_tokens > 0 and [item.index for item in plain.data] == [0, 1]
    refused(
        lambda: client.embeddings.create(model="retort-encoder", input="word " * 600),
        openai.BadRequestError, 400, "context_length_exceeded",
    )


def errors():
    chat_of = client.chat.completions.create
    refused(lambda: chat_of(model="none", messages=QUESTION), openai.NotFoundError, 404, "model_not_found")
    e = refused(lambda: chat_of(model="handbook", messages=QUESTION, n=2), openai.BadRequestError, 400, "unsupported_parameter")
    assert e.param == "n"
    e = refused(lambda: chat_of(model="handbook", messages=QUESTION, temperature=9), openai.BadRequestError, 400, "invalid_parameter")
    assert e.param == "temperature"
    stranger = client.with_options(api_key="rt_wrong")
    refused(lambda: stranger.models.list(), openai.AuthenticationError, 401, "invalid_api_key")
    reader = client.with_options(api_key=os.environ["RETORT_READER_KEY"])
    refused(lambda: reader.models.list(), openai.PermissionDeniedError, 403, "missing_scope")
    refused(
        lambda: chat_of(model="handbook", messages=QUESTION, extra_body={"retort": {"timeout_ms": 1}}),
        openai.InternalServerError, 504, "deadline_exceeded",
    )


models()
answer = chat()
chat_options()
abstention()
stream(answer)
stream_helper(answer)
embeddings()
errors()
print("as it should be, with openai", openai.__version__)
