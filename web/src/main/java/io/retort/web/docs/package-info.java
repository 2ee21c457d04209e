/**
 * The documentation: the Markdown of the folder {@code docs}, made into pages when somebody first
 * asks for one. It must not know the rest of the service: nothing in it depends on who reads.
 */
@NullMarked
package io.retort.web.docs;

import org.jspecify.annotations.NullMarked;
