/** Measurements of speed and memory, side by side with PyTorch. Never part of the tests. */
@NullMarked
package io.vlm4j.bench;

import org.jspecify.annotations.NullMarked;
