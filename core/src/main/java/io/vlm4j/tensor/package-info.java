/** The engine: libtorch loaded safely, native memory by scope, precision and determinism. */
@NullMarked
package io.vlm4j.tensor;

import org.jspecify.annotations.NullMarked;
