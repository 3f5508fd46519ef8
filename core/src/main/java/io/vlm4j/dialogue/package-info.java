/** Dialogues with pictures, and how they become rows of tokens to answer or to learn from. */
@NullMarked
package io.vlm4j.dialogue;

import org.jspecify.annotations.NullMarked;
