package io.vlm4j.generate;

/** Sees texts while they are written, and may end them. */
@FunctionalInterface
public interface Watcher {
  /** Lets all texts come to their ends. */
  Watcher NONE = (_, _) -> true;

  /**
   * A token was written.
   *
   * @param row of the prompt that it continues
   * @param id of the token, which is no end
   * @return whether the text is to go on
   */
  boolean wrote(int row, long id);
}
