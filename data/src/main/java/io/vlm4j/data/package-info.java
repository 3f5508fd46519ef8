/** Samples, where they come from, and the loader that turns them into batches. */
@NullMarked
package io.vlm4j.data;

import org.jspecify.annotations.NullMarked;
