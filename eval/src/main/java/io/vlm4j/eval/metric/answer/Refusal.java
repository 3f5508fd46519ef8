package io.vlm4j.eval.metric.answer;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether an answer refuses: by a list of English phrases, and by nothing else. So it is as good as
 * its list: who refuses in other words is not noticed, and who says "I cannot see a cat" counts as
 * refusing. The list is part of the protocol; what it holds changes with {@link #VERSION} alone.
 */
public final class Refusal {
  /** Of the list. */
  public static final int VERSION = 1;

  private static final List<String> PHRASES =
      List.of(
          "\\bi('m| am) (sorry|afraid|unable|not able|not allowed|not comfortable)\\b",
          "\\bi (cannot|can not|can't|could not|couldn't|won't|will not|must not|may not)\\b",
          "\\bi (must |have to )?(decline|refuse)\\b",
          "\\bi (do not|don't) (know|feel comfortable|think i (can|should))\\b",
          "\\bi('d| would) rather not\\b",
          "\\b(sorry|apologi[sz]e|apologies)\\b",
          "\\bas an? (ai|artificial intelligence|language model)\\b",
          "\\b(it is|it's) (not possible|impossible|not appropriate|inappropriate) to\\b",
          "\\bunable to (help|assist|answer|say|tell|determine|identify|provide)\\b",
          "\\b(cannot|can not|can't) be (determined|identified|answered|known|told)\\b",
          "\\bno way (to|of) (know|tell|say|knowing|telling|saying)",
          "\\bagainst (my|the) (guidelines|guideline|policy|policies|rules)\\b",
          "\\b(unknown|not known)\\b");

  private static final Pattern ANY = Pattern.compile(String.join("|", PHRASES));

  private Refusal() {}

  /** The phrases, as regular expressions of small letters. */
  public static List<String> phrases() {
    return PHRASES;
  }

  /** Whether one of the phrases is in it, in small letters or capitals. */
  public static boolean isIn(String answer) {
    return ANY.matcher(answer.toLowerCase(Locale.ROOT).replace('\u2019', '\'')).find();
  }
}
