package io.vlm4j.text.jinja;

import io.vlm4j.io.InputException;

/**
 * A piece of a template.
 *
 * @param text what it says; of a string, without quotes and escapes
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** Outside of all tags. */
    TEXT,
    /** <code>{{</code> */
    OPEN_OUTPUT,
    /** {@code {%} */
    OPEN_TAG,
    /** The end of either. */
    CLOSE,
    NAME,
    NUMBER,
    STRING,
    OPERATOR,
    /** After the last. */
    END
  }

  boolean is(Kind wanted, String said) {
    return kind == wanted && text.equals(said);
  }

  /** The error for a token that cannot be here. */
  InputException unexpected(String why) {
    return refused(line, "'%s': %s".formatted(kind == Kind.END ? "end of template" : text, why));
  }

  static InputException refused(int line, String message) {
    return new InputException("line " + line + ": " + message);
  }
}
