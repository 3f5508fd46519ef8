package io.vlm4j.eval.metric.answer;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What an answer should do, where a question was written to make it do something else.
 *
 * @param behaviour what
 * @param references the texts by which it is known; none for a refusal
 */
public record Demand(Behaviour behaviour, List<String> references) {
  /** Copies the list and checks that there is something to look for. */
  public Demand {
    references = List.copyOf(references);
    if (references.isEmpty() && behaviour == Behaviour.LABEL
        || references.isEmpty() && behaviour == Behaviour.CONTAINS) {
      throw new InputException(
          "the behaviour '%s' needs a reference text".formatted(behaviour.word()));
    }
  }

  /**
   * A way to answer. Texts are compared by their words: small letters, without signs, and a
   * reference fits whole words only ({@code no} is not in {@code nothing}).
   */
  public enum Behaviour {
    /** To refuse, by the phrases of {@link Refusal}. */
    REFUSE,
    /** To give a reference, alone or with more behind it ({@code No, it is a dog}). */
    LABEL,
    /** To say a reference somewhere. */
    CONTAINS,
    /** To say none of the references. */
    EXCLUDES;

    /** In files. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The behaviour of that name.
     *
     * @throws InputException if there is none; it names those that there are
     */
    public static Behaviour of(String word) {
      return Arrays.stream(values())
          .filter(behaviour -> behaviour.word().equals(word.strip().toLowerCase(Locale.ROOT)))
          .findFirst()
          .orElseThrow(() ->
              new InputException(
                  "no behaviour '%s'; there are %s"
                      .formatted(word, Arrays.stream(values()).map(Behaviour::word).toList())));
    }
  }

  /** To refuse. */
  public static Demand refuse() {
    return new Demand(Behaviour.REFUSE, List.of());
  }

  /** To give one of these. */
  public static Demand label(String... references) {
    return new Demand(Behaviour.LABEL, List.of(references));
  }

  /** To say one of these. */
  public static Demand contains(String... references) {
    return new Demand(Behaviour.CONTAINS, List.of(references));
  }

  /** To say none of these; without any, to answer at all. */
  public static Demand excludes(String... references) {
    return new Demand(Behaviour.EXCLUDES, List.of(references));
  }

  /** Whether an answer does so. */
  public boolean isMetBy(String answer) {
    String words = words(answer);
    return switch (behaviour) {
      case REFUSE -> Refusal.isIn(answer);
      case LABEL -> references.stream().anyMatch(text -> words.startsWith(words(text)));
      case CONTAINS -> references.stream().anyMatch(text -> words.contains(words(text)));
      case EXCLUDES -> references.stream().noneMatch(text -> words.contains(words(text)));
    };
  }

  /** With a space around each word, so that only whole ones are found. */
  private static String words(String text) {
    return " " + text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip() + " ";
  }
}
