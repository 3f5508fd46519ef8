/** Parquet files written. */
@NullMarked
package io.vlm4j.data.parquet;

import org.jspecify.annotations.NullMarked;
