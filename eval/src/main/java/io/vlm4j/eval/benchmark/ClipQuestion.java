package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Chance;
import io.vlm4j.data.Picture;
import io.vlm4j.io.InputException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A question about a clip.
 *
 * @param unit what hangs together: the questions about one video, two orders of the same frames
 * @param frames all of the clip, in the order of time; at least one
 * @param asked with its choices in words, if it has some
 * @param answers accepted ones, by people or by construction; with choices, the right one
 * @param choices to choose among; may be none
 * @param statements what is true if a choice is, for those who embed; as many as choices
 * @param tags what it belongs to
 */
public record ClipQuestion(
    String key,
    String unit,
    List<Picture> frames,
    String asked,
    List<String> answers,
    List<String> choices,
    int correct,
    List<String> statements,
    Map<String, String> tags) {
  /** Copies the lists and checks that they belong together. */
  public ClipQuestion {
    frames = List.copyOf(frames);
    answers = List.copyOf(answers);
    choices = List.copyOf(choices);
    statements = List.copyOf(statements);
    tags = Map.copyOf(tags);
    if (frames.isEmpty()) {
      throw new InputException(key + ": the clip has no frames");
    }
    if (choices.size() != statements.size() || correct >= choices.size()) {
      throw new InputException(
          "%s: %d choices, %d statements, the right one is %d"
              .formatted(key, choices.size(), statements.size(), correct));
    }
  }

  /** An open question. */
  public static ClipQuestion open(
      String key,
      String unit,
      List<Picture> frames,
      String asked,
      List<String> answers,
      Map<String, String> tags) {
    return new ClipQuestion(key, unit, frames, asked, answers, List.of(), -1, List.of(), tags);
  }

  /** So many frames at even distances: the middles of as many parts; all, if there are fewer. */
  public List<Picture> sample(int count) {
    int size = frames.size();
    return size <= count
        ? frames
        : IntStream.range(0, count)
            .mapToObj(i -> frames.get((int) ((2L * i + 1) * size / (2L * count))))
            .toList();
  }

  /** One frame by chance, the same of all clips of a unit that have the same frames. */
  public Picture one() {
    List<Picture> sorted =
        frames.stream().distinct().sorted(Comparator.comparing(Picture::name)).toList();
    return sorted.get(Chance.of(0, unit.hashCode(), 0).nextInt(sorted.size()));
  }
}
