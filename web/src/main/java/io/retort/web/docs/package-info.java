/**
 * The documentation: the Markdown of the folder {@code docs}, of which each file is made into a
 * page when somebody first asks for it. It must not know the rest of the service: nothing in it
 * depends on who reads.
 */
@NullMarked
package io.retort.web.docs;

import org.jspecify.annotations.NullMarked;
