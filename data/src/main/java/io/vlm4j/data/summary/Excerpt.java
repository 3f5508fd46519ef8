package io.vlm4j.data.summary;

/** Beginnings of long texts. */
final class Excerpt {
  private Excerpt() {}

  /** At most so many characters of a text, on one line. */
  static String of(String text, int most) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.codePointCount(0, line.length()) <= most
        ? line
        : line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
  }
}
