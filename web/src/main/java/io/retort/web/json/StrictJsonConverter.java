package io.retort.web.json;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;

/** Lets Spring read {@link RequestBodyModel} records through {@link RecordReader}. */
public final class StrictJsonConverter implements HttpMessageConverter<Object> {
  @Override
  public boolean canRead(Class<?> type, @Nullable MediaType mediaType) {
    return type.isAnnotationPresent(RequestBodyModel.class)
        && (mediaType == null || MediaType.APPLICATION_JSON.includes(mediaType));
  }

  @Override
  public boolean canWrite(Class<?> type, @Nullable MediaType mediaType) {
    return false;
  }

  @Override
  public List<MediaType> getSupportedMediaTypes() {
    return List.of(MediaType.APPLICATION_JSON);
  }

  @Override
  public List<MediaType> getSupportedMediaTypes(Class<?> type) {
    return type.isAnnotationPresent(RequestBodyModel.class) ? getSupportedMediaTypes() : List.of();
  }

  @Override
  public Object read(Class<?> type, HttpInputMessage message) throws IOException {
    int maxBytes = type.getAnnotation(RequestBodyModel.class).maxBytes();
    byte[] body = message.getBody().readNBytes(maxBytes + 1);
    if (body.length > maxBytes) {
      throw new ApiException(
          ProblemCode.BODY_TOO_LARGE, "a body of at most " + maxBytes + " bytes is taken");
    }
    return RecordReader.json(body, type);
  }

  @Override
  public void write(Object object, @Nullable MediaType type, HttpOutputMessage message) {
    throw new UnsupportedOperationException("only reads");
  }
}
