/**
 * The {@code retort.*} keys: where they may stand (command line, environment, file), what they
 * default to and which values are allowed. Everything is checked before anything starts. It must
 * not know Spring.
 */
@NullMarked
package io.retort.web.settings;

import org.jspecify.annotations.NullMarked;
