/** Metrics of choices: classes, rankings, yes and no, boxes, and how sure a model is of them. */
@NullMarked
package io.vlm4j.eval.metric.choice;

import org.jspecify.annotations.NullMarked;
