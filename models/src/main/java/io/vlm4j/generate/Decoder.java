package io.vlm4j.generate;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * An autoregressive model in the middle of its work: it has begun with P inputs, such as pictures,
 * and reads rows of tokens, of which each belongs to an input.
 *
 * <p>At first there are P rows without tokens, one for each input. A decoder may keep what it has
 * computed of the tokens it has read; {@link ReplayDecoder} is for models that do not. It belongs
 * to one thread; whoever asked for it closes it.
 */
public interface Decoder extends AutoCloseable {
  /**
   * Says, before anything is read, that rows begin with padding: those of shorter prompts, which
   * are to end where the others end.
   *
   * @param counts how many of the tokens that are read first are none of each row's
   * @throws InputException if there is padding and this decoder knows none
   */
  default void pad(long[] counts) {
    if (Arrays.stream(counts).anyMatch(count -> count != 0)) {
      throw new InputException("prompts must have one length for this model");
    }
  }

  /**
   * Reads on in every row.
   *
   * @param tokens i64 {@code [R, L]} on the CPU, the next L of each of the R rows
   * @return logits of the token that follows the last: {@code [R, V]} of any floating type, on any
   *     device; the innermost scope owns them
   */
  Tensor read(Tensor tokens);

  /**
   * Makes row i what row {@code rows[i]} was. The new number of rows is a multiple of P, and the
   * rows of an input stay in its place: with n rows for each, the first n belong to the first
   * input.
   */
  void select(long[] rows);

  /** How many tokens a row can have. */
  int capacity();

  @Override
  void close();
}
