/**
 * The API's description of itself (OpenAPI 3.1): schemas from the records that are read and
 * written, problems from what the handlers say they refuse, examples from a file of their own. It
 * must not know what any operation does.
 */
@NullMarked
package io.retort.web.description;

import org.jspecify.annotations.NullMarked;
