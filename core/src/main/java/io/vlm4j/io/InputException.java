package io.vlm4j.io;

/**
 * Something that a user gave is wrong: a file, a record, an option, a configuration key.
 *
 * <p>The message is one line that says what is wrong, where, and what would be right. Programs show
 * it without a stack trace.
 */
public class InputException extends RuntimeException {
  /** Makes an exception with this one-line message. */
  public InputException(String message) {
    super(message);
  }

  /** Makes an exception with this one-line message and what caused it. */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
