/** What all metrics share: scores of samples and of sets, intervals, tests between two models. */
@NullMarked
package io.vlm4j.eval.metric;

import org.jspecify.annotations.NullMarked;
