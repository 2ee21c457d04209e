/**
 * The house seen from outside: REST, server-sent events, the OpenAI-compatible API, security,
 * metrics, the web pages, and the wiring of all rooms. Controllers validate, call and map; logic
 * that could live in a plain class of another room does not belong here.
 */
@NullMarked
package io.retort.web;

import org.jspecify.annotations.NullMarked;
