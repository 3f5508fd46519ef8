package io.vlm4j.data.source;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Lists of files as WebDataset writes them: {@code shards/{00000..01242}.tar} counts, {@code
 * {a,b}.tar} chooses, {@code one.tar::two.tar} joins.
 */
final class Addresses {
  private static final int MOST = 10_000_000;
  private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)}");
  private static final Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");

  private Addresses() {}

  /** The parts that {@code ::} joins. */
  static List<String> joined(String text) {
    List<String> parts = Arrays.stream(text.split("::", -1)).map(String::strip).toList();
    if (parts.stream().anyMatch(String::isEmpty)) {
      throw new InputException("'%s': nothing on one side of '::'".formatted(text));
    }
    return parts;
  }

  /**
   * Every file that a text with braces names, in order.
   *
   * @throws InputException if a range runs backwards or names more than ten million files
   */
  static List<String> expand(String text) {
    var done = new ArrayList<String>();
    expand(text, text, done);
    return done;
  }

  private static void expand(String text, String whole, List<String> done) {
    var braces = BRACES.matcher(text);
    if (!braces.find()) {
      if (done.size() == MOST) {
        throw tooMany(whole);
      }
      done.add(text);
      return;
    }
    String before = text.substring(0, braces.start());
    String after = text.substring(braces.end());
    for (String choice : choices(braces.toMatchResult(), whole)) {
      expand(before + choice + after, whole, done);
    }
  }

  private static Iterable<String> choices(MatchResult braces, String whole) {
    String inside = braces.group(1);
    var range = RANGE.matcher(inside);
    if (!range.matches()) {
      return Arrays.asList(inside.split(",", -1));
    }
    String first = range.group(1);
    long from;
    long to;
    try {
      from = Long.parseLong(first);
      to = Long.parseLong(range.group(2));
    } catch (NumberFormatException e) {
      throw new InputException("'%s': a number too large in the braces".formatted(whole), e);
    }
    if (to < from) {
      throw new InputException(
          "'%s': the range {%s} runs backwards; write the smaller number first"
              .formatted(whole, inside));
    }
    if (to - from >= MOST) {
      throw tooMany(whole);
    }
    // As in a shell, the digits of the first number say how many all have.
    String format = "%0" + first.length() + "d";
    return () -> LongStream.rangeClosed(from, to).mapToObj(format::formatted).iterator();
  }

  private static InputException tooMany(String whole) {
    return new InputException("'%s' names more than %,d files".formatted(whole, MOST));
  }
}
