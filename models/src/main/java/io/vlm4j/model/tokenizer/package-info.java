/** Models that turn pictures into codes and back. */
@NullMarked
package io.vlm4j.model.tokenizer;

import org.jspecify.annotations.NullMarked;
