/** Evaluation: retrieval metrics and the pages that show results. */
@NullMarked
package io.vlm4j.eval;

import org.jspecify.annotations.NullMarked;
