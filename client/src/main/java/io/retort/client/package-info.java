/**
 * A client of the REST API for programs in Java: records for what is asked and answered, {@link
 * io.retort.client.RetortClient} for the calls. It rests on the JDK's HTTP client and Jackson, and
 * must not know any other room; {@code docs/openapi.json} is all that the two sides share.
 *
 * <p>Words that a request may have are enums. Words that the service says are strings, since it may
 * learn new ones; fields that are not known here are passed over for the same reason.
 */
@NullMarked
package io.retort.client;

import org.jspecify.annotations.NullMarked;
