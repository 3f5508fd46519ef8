/** Tokenizers: reading, learning and writing {@code tokenizer.json}. */
@NullMarked
package io.vlm4j.text;

import org.jspecify.annotations.NullMarked;
