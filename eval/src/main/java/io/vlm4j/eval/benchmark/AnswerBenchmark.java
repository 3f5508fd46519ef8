package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.eval.metric.answer.Anls;
import io.vlm4j.eval.metric.answer.VqaAccuracy;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Open questions about pictures. */
public final class AnswerBenchmark extends Benchmark {
  private static final int CHUNK = 64;
  private static final int WORST = 12;

  /** How answers are scored. */
  public enum Rule {
    /** VQA accuracy (arXiv 1505.00468) against ten people, or fewer who are repeated. */
    VQA,
    /** ANLS (arXiv 1905.13648), for texts that are read. */
    ANLS
  }

  private final Rule rule;
  private final List<Question> questions;

  /** Asks questions. */
  public AnswerBenchmark(Heading heading, Rule rule, List<Question> questions) {
    super(heading);
    if (questions.isEmpty()) {
      throw new InputException(heading.name() + ": no questions");
    }
    this.rule = rule;
    this.questions = List.copyOf(questions);
  }

  /**
   * A question about a picture.
   *
   * @param answers that people gave
   * @param chance what guessing scores; NaN if nobody knows, and then of no question
   * @param tags what it belongs to
   */
  public record Question(
      String key,
      Picture picture,
      String asked,
      List<String> answers,
      double chance,
      Map<String, String> tags) {
    /** Copies the answers. */
    public Question {
      answers = List.copyOf(answers);
    }
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Question question : questions) {
      hash.add(question.key()).add(question.picture()).add(question.asked()).next();
      question.answers().forEach(hash::add);
    }
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var said = new ArrayList<String>();
    for (int from = 0; from < questions.size(); from += CHUNK) {
      List<Question> chunk = questions.subList(from, Math.min(questions.size(), from + CHUNK));
      said.addAll(
          who.answers(
              Vectors.onWhite(chunk.stream().map(Question::picture).toList()),
              chunk.stream().map(Question::asked).toList()));
      watch.done(said.size(), questions.size());
    }
    Scores scores = scores(said);
    double[] chances = questions.stream().mapToDouble(Question::chance).toArray();
    var mistakes =
        IntStream.range(0, said.size())
            .filter(i -> scores.of(i) == 0)
            .limit(WORST)
            .mapToObj(i ->
                new Outcome.Example(
                    Integer.toString(i),
                    questions.get(i).asked() + " " + questions.get(i).answers().getFirst(),
                    said.get(i),
                    1))
            .toList();
    return new Outcome(
        questions.stream().map(q -> new Outcome.Sampled(q.key(), q.tags())).toList(),
        List.of(Measure.mean(scores.name(), scores.each(), chances)),
        mistakes);
  }

  private Scores scores(List<String> said) {
    List<List<String>> people = questions.stream().map(Question::answers).toList();
    return switch (rule) {
      case VQA -> VqaAccuracy.of(said, people);
      case ANLS -> Anls.of(said, people);
    };
  }

  @Override
  public Picture picture(String example) {
    return questions.get(Integer.parseInt(example)).picture();
  }
}
