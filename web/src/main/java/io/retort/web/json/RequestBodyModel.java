package io.retort.web.json;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A record that is read from JSON by {@link RecordReader}; its annotations are the bounds. */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface RequestBodyModel {
  /** A longer body is refused while it is read. */
  int maxBytes() default 1 << 20;
}
