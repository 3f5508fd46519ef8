/** Metrics of whole sets: distance of distributions, bias, memorisation. */
@NullMarked
package io.vlm4j.eval.metric.distribution;

import org.jspecify.annotations.NullMarked;
