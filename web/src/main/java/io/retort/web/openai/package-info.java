/**
 * The API under {@code /v1}, as clients of OpenAI's expect it: a collection is a model, a chat's
 * last message is a question. It translates and must not know how an answer is made or kept.
 */
@NullMarked
package io.retort.web.openai;

import org.jspecify.annotations.NullMarked;
