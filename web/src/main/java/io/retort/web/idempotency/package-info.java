/**
 * Repeats of a request with one {@code Idempotency-Key}: the first response again, and nothing done
 * twice. It must not know what the requests do.
 */
@NullMarked
package io.retort.web.idempotency;

import org.jspecify.annotations.NullMarked;
