package io.vlm4j.eval.metric.answer;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A visual program of VPEval (Cho et al., arXiv 2305.15328): calls of modules that look whether a
 * picture shows what a text asked for. Here every module is answered by the model that is asked, in
 * words; the authors' own use a detector and a reader of text, and their scores are others.
 *
 * @param modules at least one
 */
public record VisualProgram(List<Module> modules) {
  private static final Pattern CALL =
      Pattern.compile(
          "\\s*(objectEval|countEval|spatialEval|scaleEval|textEval|vqa)\\s*\\((.*)\\)\\s*",
          Pattern.DOTALL);
  private static final Pattern TEXT = Pattern.compile("'([^']*)'|\"([^\"]*)\"");
  private static final Pattern BETWEEN = Pattern.compile(";(?=(?:[^'\"]|'[^']*'|\"[^\"]*\")*$)");
  private static final Pattern COUNT = Pattern.compile("\\s*(==|=|>=|<=|>|<|)\\s*(\\w+)\\s*");
  private static final Demand YES = Demand.label("yes");

  /** Copies the list. */
  public VisualProgram {
    modules = List.copyOf(modules);
    if (modules.isEmpty()) {
      throw new InputException("a visual program without modules");
    }
  }

  /** What a module looks at. */
  public enum Kind {
    /** Whether something is there. */
    OBJECT,
    /** How many there are. */
    COUNT,
    /** Where one thing is from another. */
    SPATIAL,
    /** How large one thing is beside another. */
    SCALE,
    /** What is written. */
    TEXT,
    /** Anything else, with choices. */
    VQA;

    /** In tables. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether the answers to a module's questions say that it is so. */
  @FunctionalInterface
  private interface Verdict {
    boolean of(List<String> answers);
  }

  /** A call: what is asked, and how answers are read. */
  public static final class Module {
    private final Kind kind;
    private final List<String> questions;
    private final Verdict verdict;

    private Module(Kind kind, List<String> questions, Verdict verdict) {
      this.kind = kind;
      this.questions = List.copyOf(questions);
      this.verdict = verdict;
    }

    /** What it looks at. */
    public Kind kind() {
      return kind;
    }

    /** What is asked about the picture. */
    public List<String> questions() {
      return questions;
    }

    /**
     * Whether it finds what it looks for.
     *
     * @param answers one to each question
     */
    public boolean finds(List<String> answers) {
      if (answers.size() != questions.size()) {
        throw new InputException(
            "%d answers to the %d questions of a module"
                .formatted(answers.size(), questions.size()));
      }
      return verdict.of(answers);
    }
  }

  /**
   * Reads a program, calls with semicolons between them.
   *
   * @throws InputException if a call is none of the six, or lacks something
   */
  public static VisualProgram parse(String code) {
    var modules = new ArrayList<Module>();
    for (String call : BETWEEN.split(code)) {
      if (!call.isBlank()) {
        modules.add(module(call));
      }
    }
    return new VisualProgram(modules);
  }

  private static Module module(String call) {
    Matcher matcher = CALL.matcher(call);
    if (!matcher.matches()) {
      throw unreadable(call, "none of VPEval's modules");
    }
    List<String> texts =
        TEXT.matcher(matcher.group(2))
            .results()
            .map(VisualProgram::text)
            .map(String::strip)
            .toList();
    return switch (matcher.group(1)) {
      case "objectEval" -> object(arguments(call, texts, 1).getFirst());
      case "countEval" -> count(call, arguments(call, texts, 2));
      case "spatialEval" -> spatial(call, three(call, texts));
      case "scaleEval" -> scale(call, three(call, texts));
      case "textEval" -> written(arguments(call, texts, 1).getFirst());
      default -> choice(arguments(call, texts, 3));
    };
  }

  private static String text(MatchResult quoted) {
    String single = quoted.group(1);
    return single == null ? quoted.group(2) : single;
  }

  private static List<String> arguments(String call, List<String> texts, int count) {
    if (texts.size() != count || texts.stream().anyMatch(String::isEmpty)) {
      throw unreadable(call, "expected " + count + " texts in quotes, found " + texts.size());
    }
    return texts;
  }

  private static List<String> three(String call, List<String> texts) {
    String[] parts = arguments(call, texts, 1).getFirst().split("\\s*,\\s*");
    if (parts.length != 3) {
      throw unreadable(call, "expected two things and a relation");
    }
    return List.of(parts);
  }

  private static InputException unreadable(String call, String why) {
    return new InputException("the call '%s' cannot be read: %s".formatted(call.strip(), why));
  }

  private static Module object(String name) {
    return new Module(Kind.OBJECT, List.of(isThere(name)), VisualProgram::allYes);
  }

  private static String isThere(String name) {
    return "Is there %s %s in the image?"
        .formatted("aeiou".indexOf(name.charAt(0)) < 0 ? "a" : "an", name);
  }

  private static boolean allYes(List<String> answers) {
    return answers.stream().allMatch(YES::isMetBy);
  }

  private static Module count(String call, List<String> arguments) {
    Matcher wanted = COUNT.matcher(arguments.getLast());
    int number = wanted.matches() ? CountError.number(wanted.group(2)) : -1;
    if (number < 0) {
      throw unreadable(call, "expected a number, perhaps behind ==, >, <, >= or <=");
    }
    String relation = wanted.group(1);
    return new Module(
        Kind.COUNT,
        List.of("How many of these are in the image: " + arguments.getFirst() + "?"),
        answers -> {
          int found = CountError.number(answers.getFirst());
          return found >= 0
              && switch (relation) {
                case ">" -> found > number;
                case "<" -> found < number;
                case ">=" -> found >= number;
                case "<=" -> found <= number;
                default -> found == number;
              };
        });
  }

  private static Module spatial(String call, List<String> three) {
    String relation = three.getLast().toLowerCase(Locale.ROOT);
    String words =
        relation.contains("left")
            ? "to the left of"
            : relation.contains("right")
                ? "to the right of"
                : relation.contains("above")
                    ? "above"
                    : relation.contains("below")
                        ? "below"
                        : relation.contains("front")
                            ? "in front of"
                            : relation.contains("behind") ? "behind" : "";
    return related(call, Kind.SPATIAL, three, words);
  }

  private static Module scale(String call, List<String> three) {
    String relation = three.getLast().toLowerCase(Locale.ROOT);
    String words =
        relation.contains("small")
            ? "smaller than"
            : relation.contains("big")
                ? "bigger than"
                : relation.contains("same") ? "as large as" : "";
    return related(call, Kind.SCALE, three, words);
  }

  /** Both are there, and the relation holds. */
  private static Module related(String call, Kind kind, List<String> three, String words) {
    if (words.isEmpty()) {
      throw unreadable(call, "an unknown relation");
    }
    return new Module(
        kind,
        List.of(
            isThere(three.get(0)),
            isThere(three.get(1)),
            "Is the %s %s the %s?".formatted(three.get(0), words, three.get(1))),
        VisualProgram::allYes);
  }

  private static Module written(String text) {
    return new Module(
        Kind.TEXT,
        List.of("What does the text in the image say?"),
        answers -> Demand.contains(text).isMetBy(answers.getFirst()));
  }

  private static Module choice(List<String> arguments) {
    List<String> choices = List.of(arguments.get(1).split("\\s*,\\s*"));
    String right = VqaAnswer.normalized(arguments.get(2));
    return new Module(
        Kind.VQA,
        List.of(arguments.getFirst() + " " + String.join(", ", choices) + "?"),
        answers -> {
          int taken = ChosenOption.of(answers.getFirst(), choices);
          return taken >= 0 && VqaAnswer.normalized(choices.get(taken)).equals(right);
        });
  }
}
