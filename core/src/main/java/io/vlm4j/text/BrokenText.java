package io.vlm4j.text;

import java.text.Normalizer;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Repairs text as ftfy 6 does with its default settings, for the damage that captions have.
 *
 * <p>The same as ftfy, over and over until nothing changes, line by line: HTML character references
 * where no {@code <} was seen; C1 control characters read as Windows-1252; Latin ligatures;
 * half-width and full-width forms; curly quotes; line breaks; broken surrogates; terminal escapes;
 * control characters and byte-order marks; NFC.
 *
 * <p>Not the same: UTF-8 that was read as Latin-1 or Windows-1252 (mojibake) is found by a simpler
 * rule ({@link Mojibake}); that of other code pages, with lost bytes, or in CESU-8 is left as it
 * is; character references are those of HTML 5 with any case-sensitive name, while ftfy also knows
 * some names in capitals. Lines are not cut at a million characters.
 */
final class BrokenText {
  private static final Pattern REFERENCE = Pattern.compile("&#?[0-9A-Za-z]{1,24};");
  private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\u001b\\[[\\d;]*[a-zA-Z]");
  private static final Pattern SINGLE_QUOTE = Pattern.compile("[\u02bc\u2018-\u201b]");
  private static final Pattern DOUBLE_QUOTE = Pattern.compile("[\u201c-\u201f]");
  private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\u2028\u2029\u0085]");
  private static final Pattern CONTROL =
      Pattern.compile(
          "[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\u206a-\u206f\ufeff\ufff9-\ufffc"
              + "\\x{1D173}-\\x{1D17A}\\x{E0000}-\\x{E007F}]");

  private static final Map<String, String> LIGATURES =
      Map.ofEntries(
          Map.entry("\u0132", "IJ"),
          Map.entry("\u0133", "ij"),
          Map.entry("\u0149", "\u02bcn"),
          Map.entry("\u01f1", "DZ"),
          Map.entry("\u01f2", "Dz"),
          Map.entry("\u01f3", "dz"),
          Map.entry("\u01c4", "D\u017d"),
          Map.entry("\u01c5", "D\u017e"),
          Map.entry("\u01c6", "d\u017e"),
          Map.entry("\u01c7", "LJ"),
          Map.entry("\u01c8", "Lj"),
          Map.entry("\u01c9", "lj"),
          Map.entry("\u01ca", "NJ"),
          Map.entry("\u01cb", "Nj"),
          Map.entry("\u01cc", "nj"),
          Map.entry("\ufb00", "ff"),
          Map.entry("\ufb01", "fi"),
          Map.entry("\ufb02", "fl"),
          Map.entry("\ufb03", "ffi"),
          Map.entry("\ufb04", "ffl"),
          Map.entry("\ufb05", "\u017ft"),
          Map.entry("\ufb06", "st"));

  private static final Pattern LIGATURE =
      Pattern.compile("[" + String.join("", LIGATURES.keySet()) + "]");

  private static final Pattern WIDE = Pattern.compile("[\u3000\uff01-\uffef]");

  private BrokenText() {}

  static String fix(String text) {
    if (isPlain(text)) {
      return text;
    }
    boolean unescapes = true;
    var fixed = new StringBuilder(text.length());
    for (int from = 0; from < text.length(); ) {
      int at = text.indexOf('\n', from);
      int to = at < 0 ? text.length() : at + 1;
      String line = text.substring(from, to);
      unescapes &= line.indexOf('<') < 0; // what may be HTML keeps its references
      fixed.append(fixLine(line, unescapes));
      from = to;
    }
    return fixed.toString();
  }

  /** Most captions are: printable ASCII without a reference. */
  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> ((c >= ' ' && c < 0x7f) || c == '\n') && c != '&');
  }

  private static String fixLine(String line, boolean unescapes) {
    String before;
    do {
      before = line;
      if (unescapes) {
        line = unescape(line);
      }
      line = Mojibake.decode(line);
      line = replace(LIGATURE, line, match -> LIGATURES.getOrDefault(match, match));
      line = replace(WIDE, line, match -> Normalizer.normalize(match, Normalizer.Form.NFKC));
      line = SINGLE_QUOTE.matcher(line).replaceAll("'");
      line = DOUBLE_QUOTE.matcher(line).replaceAll("\"");
      line = LINE_BREAK.matcher(line).replaceAll("\n");
      line = withoutHalfSurrogates(line);
      line = TERMINAL_ESCAPE.matcher(line).replaceAll("");
      line = CONTROL.matcher(line).replaceAll("");
      line = Normalizer.normalize(line, Normalizer.Form.NFC);
    } while (!line.equals(before));
    return line;
  }

  private static String unescape(String line) {
    return replace(
        REFERENCE,
        line,
        match -> {
          String character = CharacterReferences.unescape(match);
          return character.contains(";") ? match : character; // only whole references
        });
  }

  private static String replace(Pattern pattern, String text, UnaryOperator<String> by) {
    return pattern
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(by.apply(match.group())));
  }

  private static String withoutHalfSurrogates(String text) {
    return text.codePoints()
        .map(c -> c >= 0xd800 && c <= 0xdfff ? 0xfffd : c)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }
}
