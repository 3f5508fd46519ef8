package io.vlm4j.text.jinja;

import io.vlm4j.io.InputException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as C's {@code strftime} writes them in English. */
final class Dates {
  private Dates() {}

  static String format(String pattern, LocalDateTime time) {
    var text = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        text.append(c);
        continue;
      }
      char field = pattern.charAt(++i);
      if (field == '%') {
        text.append('%');
        continue;
      }
      boolean isShort = field == '-' && i + 1 < pattern.length(); // without a leading zero
      String java = java(isShort ? pattern.charAt(++i) : field, pattern);
      String shown = DateTimeFormatter.ofPattern(java, Locale.ENGLISH).format(time);
      text.append(isShort && shown.startsWith("0") ? shown.substring(1) : shown);
    }
    return text.toString();
  }

  private static String java(char field, String pattern) {
    return switch (field) {
      case 'Y' -> "yyyy";
      case 'y' -> "yy";
      case 'm' -> "MM";
      case 'B' -> "MMMM";
      case 'b' -> "MMM";
      case 'd' -> "dd";
      case 'A' -> "EEEE";
      case 'a' -> "EEE";
      case 'H' -> "HH";
      case 'I' -> "hh";
      case 'p' -> "a";
      case 'M' -> "mm";
      case 'S' -> "ss";
      default ->
          throw new InputException("unknown field '%" + field + "' of a date in '" + pattern + "'");
    };
  }
}
