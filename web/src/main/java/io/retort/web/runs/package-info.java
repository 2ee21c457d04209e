/**
 * Evaluation runs inside the service: question sets that are kept, one run at a time behind the
 * questions of users, and its rows and figures. What is measured, and how, is {@link
 * io.retort.web.evaluation}'s affair.
 */
@NullMarked
package io.retort.web.runs;

import org.jspecify.annotations.NullMarked;
