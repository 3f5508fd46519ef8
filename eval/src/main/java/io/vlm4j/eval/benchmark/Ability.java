package io.vlm4j.eval.benchmark;

/** What a benchmark needs of whom it examines. */
public enum Ability {
  /** Vectors of pictures and of texts in one space. */
  EMBED("put pictures and texts into one space"),
  /** How well a text fits a picture; whoever embeds can say it too. */
  COMPARE("say how well a text fits a picture"),
  /** Texts that describe pictures. */
  CAPTION("write captions"),
  /** Texts that answer questions about pictures. */
  ANSWER("answer questions"),
  /** How probable a text is beside a picture. */
  LIKELIHOOD("say how likely a text is");

  private final String words;

  Ability(String words) {
    this.words = words;
  }

  /** After "it cannot". */
  public String words() {
    return words;
  }
}
