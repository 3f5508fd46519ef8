package io.vlm4j.generate;

import java.util.BitSet;

/**
 * Which tokens may come next, by those before: a state that every token moves. A {@link
 * ConstrainedDecoder} keeps to it, so that every strategy does.
 */
public interface Grammar {
  /** The state before the first token. */
  int start();

  /** The state after a token, of a prompt or written. */
  int after(int state, long token);

  /**
   * The ids that may come next, at least one; not to be changed. The same object for the same set,
   * as a rule: what is made of it is kept.
   *
   * @param room how many tokens may still come, this one included
   */
  BitSet allowed(int state, int room);
}
