package io.vlm4j.text;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;

/**
 * HTML 5 character references in a text that is not HTML, as Python's {@code html.unescape} reads
 * them: names that HTML knows without a semicolon also count as the beginning of a word ({@code
 * &notit;} is {@code ¬it;}), numbers that Windows-1252 text has by mistake are mended, numbers of
 * no character vanish or become U+FFFD.
 */
final class CharacterReferences {
  private static final Pattern REFERENCE =
      Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");

  /** Windows-1252 for 0x80 to 0x9f; 0 where it has nothing. */
  private static final String WINDOWS =
      "\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0"
          + "\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e"
          + "\u0178";

  private static final String REPLACEMENT = "\ufffd";

  private CharacterReferences() {}

  static String unescape(String text) {
    return text.indexOf('&') < 0
        ? text
        : REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(character(match)));
  }

  private static String character(MatchResult match) {
    String reference = match.group(1);
    return reference.startsWith("#") ? numbered(reference) : named(reference);
  }

  private static String numbered(String reference) {
    String digits =
        reference.endsWith(";")
            ? reference.substring(1, reference.length() - 1)
            : reference.substring(1);
    int radix = digits.startsWith("x") || digits.startsWith("X") ? 16 : 10;
    String number = (radix == 16 ? digits.substring(1) : digits).replaceFirst("^0+(?=.)", "");
    // No code point has more than 7 decimal digits.
    int code = number.length() > 7 ? Integer.MAX_VALUE : Integer.parseInt(number, radix);
    if (code == 0 || code > Character.MAX_CODE_POINT || (code >= 0xd800 && code <= 0xdfff)) {
      return REPLACEMENT;
    }
    if (code >= 0x80 && code <= 0x9f) {
      char windows = WINDOWS.charAt(code - 0x80);
      return Character.toString(windows == 0 ? (char) code : windows);
    }
    return code == '\r' || !isNoCharacter(code) ? Character.toString(code) : "";
  }

  private static boolean isNoCharacter(int code) {
    return (code < ' ' && code != '\t' && code != '\n' && code != '\f')
        || code == 0x7f
        || (code >= 0xfdd0 && code <= 0xfdef)
        || (code & 0xfffe) == 0xfffe;
  }

  private static String named(String reference) {
    if (reference.endsWith(";")) {
      String name = reference.substring(0, reference.length() - 1);
      if (Entities.isNamedEntity(name)) {
        return Entities.getByName(name);
      }
    }
    for (int length = reference.length(); length > 1; length--) {
      String name = reference.substring(0, length);
      if (Entities.isBaseNamedEntity(name)) {
        return Entities.getByName(name) + reference.substring(length);
      }
    }
    return "&" + reference;
  }
}
