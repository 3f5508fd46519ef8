package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Patterns for file names in the manner of Python's {@code fnmatch}, which the hub's client uses:
 * {@code *} also goes over slashes, and a pattern that ends with a slash means all below it.
 */
final class Globs {
  private final List<Pattern> patterns;

  Globs(List<String> globs) {
    patterns = globs.stream().map(Globs::compile).toList();
  }

  boolean fits(String file) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(file).matches());
  }

  private static Pattern compile(String glob) {
    String whole = glob.endsWith("/") ? glob + "*" : glob;
    var regex = new StringBuilder();
    for (int i = 0; i < whole.length(); i++) {
      char c = whole.charAt(i);
      int end = c == '[' ? whole.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = whole.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex
            .append('[')
            .append(set.replace("&&", "&\\&").replaceFirst("^\\^", "\\\\^").replaceFirst("^!", "^"))
            .append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(Character.toString(c)));
      }
    }
    try {
      return Pattern.compile(regex.toString(), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new InputException("'" + glob + "' is no pattern for file names", e);
    }
  }
}
