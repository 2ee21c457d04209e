/**
 * Requests read strictly: JSON bodies and query strings into records whose annotations say what is
 * allowed, with every wrong field reported at once, and the same annotations as JSON Schemas. It
 * must not know any particular request.
 */
@NullMarked
package io.retort.web.json;

import org.jspecify.annotations.NullMarked;
