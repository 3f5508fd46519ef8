package io.vlm4j.model;

/**
 * What a model answered.
 *
 * @param text without what ended it
 * @param promptTokens how many tokens were read
 * @param tokens how many were written, without the end
 * @param finish why the answer ended
 */
public record Answer(String text, int promptTokens, int tokens, Finish finish) {
  /** Why an answer ended. */
  public enum Finish {
    /** The model came to an end, or to a stop string. */
    STOP,
    /** It had written as many tokens as it may. */
    LENGTH,
    /** Whoever listened wanted no more. */
    CANCELLED
  }
}
