package io.vlm4j.text;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that was read as Latin-1 or Windows-1252: {@code cafÃ©} for {@code café}.
 *
 * <p>Every run of characters whose bytes are well-formed UTF-8 of more than one byte a character is
 * a suspect. It is decoded if it has no honest reading: two such sequences or more in a row, a
 * sequence of four bytes, or one that begins with {@code Â}, {@code Ã} or {@code â€} and its like.
 * Other runs of one sequence stay, as {@code NESTLÉ®}, {@code AHÅ™} or {@code Brontë…”}. ftfy
 * weighs the whole text instead. Runs are decoded once; the caller repeats for text broken twice.
 */
final class Mojibake {
  /** Windows-1252 for 0x80 to 0x9f; the control character itself where it has nothing. */
  private static final String WINDOWS =
      "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d"
          + "\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153"
          + "\u009d\u017e\u0178";

  private Mojibake() {}

  static String decode(String text) {
    int first = 0;
    while (first < text.length() && text.charAt(first) < 0xc2) {
      first++;
    }
    if (first == text.length()) {
      return windowsControls(text);
    }
    var out = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); ) {
      int to = at;
      int sequences = 0;
      boolean isBroken = false;
      for (int length; (length = sequence(text, to)) > 0; to += length) {
        sequences++;
        isBroken |= sequences > 1 || isNoHonestText(text.substring(to, to + length));
      }
      if (isBroken) {
        out.append(decode(text, at, to));
      } else {
        to = Math.max(to, at + 1);
        out.append(text, at, to);
      }
      at = to;
    }
    return windowsControls(out.toString());
  }

  /** The characters of the UTF-8 sequence that begins at {@code at}; 0 if there is none. */
  private static int sequence(String text, int at) {
    int lead = at < text.length() ? text.charAt(at) : 0; // leads are the same in both code pages
    int length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4 || at + length > text.length()) {
      return 0;
    }
    for (int i = at + 1; i < at + length; i++) {
      int b = toByte(text.charAt(i));
      if (b < 0x80 || b > 0xbf) {
        return 0;
      }
    }
    return decode(text, at, at + length).indexOf('\ufffd') < 0 ? length : 0;
  }

  private static boolean isNoHonestText(String sequence) {
    char lead = sequence.charAt(0);
    return switch (sequence.length()) {
      case 2 -> lead == '\u00c2' || lead == '\u00c3';
      // U+2000 to U+27FF: typography and symbols; and the byte-order mark.
      case 3 ->
          (lead == '\u00e2' && toByte(sequence.charAt(1)) <= 0x9f)
              || sequence.equals("\u00ef\u00bb\u00bf");
      default -> true;
    };
  }

  private static String decode(String text, int from, int to) {
    var bytes = new byte[to - from];
    for (int i = from; i < to; i++) {
      bytes[i - from] = (byte) toByte(text.charAt(i));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int toByte(char c) {
    int windows = c > 0xff ? WINDOWS.indexOf(c) : -1;
    return windows >= 0 ? 0x80 + windows : c > 0xff ? -1 : c;
  }

  /** C1 control characters are nearly always Windows-1252. */
  private static String windowsControls(String text) {
    if (text.chars().noneMatch(c -> c >= 0x80 && c <= 0x9f)) {
      return text;
    }
    var out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if (c >= 0x80 && c <= 0x9f) {
        out.setCharAt(i, WINDOWS.charAt(c - 0x80));
      }
    }
    return out.toString();
  }
}
