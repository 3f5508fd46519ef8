/** Metrics of texts against reference texts, against pictures, and against one another. */
@NullMarked
package io.vlm4j.eval.metric.caption;

import org.jspecify.annotations.NullMarked;
