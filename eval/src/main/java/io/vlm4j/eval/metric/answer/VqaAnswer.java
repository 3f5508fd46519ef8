package io.vlm4j.eval.metric.answer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Answers as the VQA evaluation (arXiv 1505.00468) compares them. Its quirks are kept, since
 * published scores have them: "none" is 0; a sign is deleted rather than replaced by a space if it
 * touches a space anywhere, or if there is a number with a comma; a full stop is deleted unless a
 * digit follows.
 */
public final class VqaAnswer {
  private static final String[] SIGNS = "; / [ ] \" { } ( ) = + \\ _ - > < @ ` , ? !".split(" ");
  private static final Pattern COMMA_IN_NUMBER = Pattern.compile("\\d,\\d");
  private static final Pattern FULL_STOP = Pattern.compile("\\.(?!\\d)");
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Set<String> ARTICLES = Set.of("a", "an", "the");
  private static final Map<String, String> NUMBERS =
      Map.ofEntries(
          Map.entry("none", "0"),
          Map.entry("zero", "0"),
          Map.entry("one", "1"),
          Map.entry("two", "2"),
          Map.entry("three", "3"),
          Map.entry("four", "4"),
          Map.entry("five", "5"),
          Map.entry("six", "6"),
          Map.entry("seven", "7"),
          Map.entry("eight", "8"),
          Map.entry("nine", "9"),
          Map.entry("ten", "10"));
  private static final Map<String, String> CONTRACTIONS = contractions();

  private VqaAnswer() {}

  /** An answer of a model, brought into the form of the annotations. */
  public static String normalized(String answer) {
    String text = punctuated(answer.replace('\n', ' ').replace('\t', ' ').strip());
    var words = new ArrayList<String>();
    for (String word : SPACES.split(text.toLowerCase(Locale.ROOT).strip())) {
      String number = NUMBERS.getOrDefault(word, word);
      if (!number.isEmpty() && !ARTICLES.contains(number)) {
        words.add(CONTRACTIONS.getOrDefault(number, number));
      }
    }
    return String.join(" ", words);
  }

  /** Only the step for punctuation, which is what annotations get. */
  static String punctuated(String answer) {
    boolean numberWithComma = COMMA_IN_NUMBER.matcher(answer).find();
    String text = answer;
    for (String sign : SIGNS) {
      boolean touches = answer.contains(sign + " ") || answer.contains(" " + sign);
      text = text.replace(sign, touches || numberWithComma ? "" : " ");
    }
    return FULL_STOP.matcher(text).replaceAll("");
  }

  private static Map<String, String> contractions() {
    var name = "contractions.txt";
    try (var in = Objects.requireNonNull(VqaAnswer.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" "))
          .collect(Collectors.toUnmodifiableMap(pair -> pair[0], pair -> pair[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
