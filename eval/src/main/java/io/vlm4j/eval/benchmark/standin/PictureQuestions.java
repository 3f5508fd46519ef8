package io.vlm4j.eval.benchmark.standin;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.questions.IconQuestions;
import io.vlm4j.data.questions.QuestionKind;
import io.vlm4j.eval.benchmark.AnswerBenchmark.Question;
import io.vlm4j.eval.metric.answer.VqaAnswer;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The questions of {@link IconQuestions} about icons of the test styles: every kind that has short
 * answers and that a gallery does for.
 */
final class PictureQuestions {
  private static final int SIDE = 64; // as those that models learn from
  private static final int PEOPLE = 10; // whose answers VQA accuracy counts

  private PictureQuestions() {}

  /**
   * Questions.
   *
   * @param each how many of each kind
   */
  static List<Question> of(Icons.Gallery gallery, int each, long seed) {
    Set<QuestionKind> kinds = EnumSet.copyOf(IconQuestions.possible(gallery.samples()));
    kinds.remove(QuestionKind.DESCRIPTION);
    return new IconQuestions(gallery.samples(), kinds, SIDE, seed, true)
        .source((long) each * kinds.size()).stream(new SkippedSamples())
            .map(sample -> question(sample, gallery))
            .toList();
  }

  private static Question question(Sample sample, Icons.Gallery gallery) {
    Part.Question asked = sample.all(Part.Question.class).getFirst();
    Map<String, String> tags = new TreeMap<>(gallery.tags());
    String kind = sample.label(IconQuestions.KIND);
    tags.put(IconQuestions.KIND, kind);
    tags.put("kind+concepts", kind + "+" + gallery.concepts());
    // Models' answers are normalised before they are compared, those of people are not.
    List<String> right = asked.answers().stream().map(VqaAnswer::normalized).distinct().toList();
    return new Question(
        "%s-%s-%s".formatted(gallery.style(), gallery.concepts(), sample.key()),
        sample.picture(),
        asked.text(),
        IntStream.range(0, PEOPLE).mapToObj(i -> right.get(i % right.size())).toList(),
        asked.choices().isEmpty() ? 0 : 1.0 / asked.choices().size(),
        tags);
  }
}
