/** Samples written as the field's file layouts. */
@NullMarked
package io.vlm4j.data.sink;

import org.jspecify.annotations.NullMarked;
