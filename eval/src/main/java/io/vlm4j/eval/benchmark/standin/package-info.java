/**
 * Small real stand-ins for public benchmarks, composed of the project's own pictures, so that every
 * task runs out of the box.
 */
@NullMarked
package io.vlm4j.eval.benchmark.standin;

import org.jspecify.annotations.NullMarked;
