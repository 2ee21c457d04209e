/**
 * What went wrong, in one format: RFC 9457 problems with a closed table of codes, raised as {@link
 * io.retort.web.problem.ApiException} and written by one handler for controllers, security and the
 * server's own refusals alike. It must not know what any endpoint does.
 */
@NullMarked
package io.retort.web.problem;

import org.jspecify.annotations.NullMarked;
