/**
 * Benchmarks and the card that shows them: what a model is asked, how its answers are scored, what
 * someone who cannot see would score.
 */
@NullMarked
package io.vlm4j.eval.benchmark;

import org.jspecify.annotations.NullMarked;
