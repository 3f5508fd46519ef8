/** Layers: a plain-Java module tree over libtorch's functional operators. */
@NullMarked
package io.vlm4j.nn;

import org.jspecify.annotations.NullMarked;
