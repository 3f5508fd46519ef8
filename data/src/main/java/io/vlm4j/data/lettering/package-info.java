/** Pictures of text, made with a seed: to learn reading from, and to measure it. */
@NullMarked
package io.vlm4j.data.lettering;

import org.jspecify.annotations.NullMarked;
