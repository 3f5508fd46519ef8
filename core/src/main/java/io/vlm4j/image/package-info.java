/** Pictures in and out: decoding, Pillow-exact resizing and the preprocessing recipe. */
@NullMarked
package io.vlm4j.image;

import org.jspecify.annotations.NullMarked;
