/** What a simple classifier makes of a model's frozen features. */
@NullMarked
package io.vlm4j.eval.probe;

import org.jspecify.annotations.NullMarked;
