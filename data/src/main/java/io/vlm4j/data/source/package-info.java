/** Data sets in the field's file layouts, read as samples. */
@NullMarked
package io.vlm4j.data.source;

import org.jspecify.annotations.NullMarked;
