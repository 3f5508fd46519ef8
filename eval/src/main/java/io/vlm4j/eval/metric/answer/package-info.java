/** Metrics of answers to questions about pictures, documents, charts, and in dialogues. */
@NullMarked
package io.vlm4j.eval.metric.answer;

import org.jspecify.annotations.NullMarked;
