package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.eval.benchmark.Benchmark.Heading;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tasks about videos of others. */
final class ClipTasks {
  /** Their names. */
  static final Set<String> NAMES = Set.of("video-qa", "video-choice", "video-count");

  /** Shown of each video where nobody says otherwise. */
  static final int FRAMES = 8;

  private ClipTasks() {}

  /** A task of that name. */
  static Benchmark of(String task, String data, List<Sample> samples, int frames) {
    return switch (task) {
      case "video-qa" ->
          new ClipBenchmark(
              heading(task, Protocols.VIDEO_QA, data, samples, ClipTasks::answer),
              ClipBenchmark.Rule.OPEN,
              questions(samples, false),
              frames);
      case "video-count" ->
          new ClipBenchmark(
              heading(task, Protocols.VIDEO_COUNT, data, samples, ClipTasks::answer),
              ClipBenchmark.Rule.COUNT,
              questions(samples, false),
              frames);
      default ->
          new ClipBenchmark(
              heading(
                  task,
                  Protocols.VIDEO_CHOICE,
                  data,
                  samples,
                  q -> letter(Math.max(0, q.correct()))),
              ClipBenchmark.Rule.CHOICE,
              questions(samples, true),
              frames);
    };
  }

  /** Beside who always gives the most frequent answer. */
  private static Heading heading(
      String task,
      Protocol protocol,
      String data,
      List<Sample> samples,
      Function<Part.Question, String> usual) {
    boolean hasChoices = protocol == Protocols.VIDEO_CHOICE;
    List<String> answers =
        samples.stream()
            .map(sample -> question(sample, hasChoices))
            .map(usual)
            .collect(Collectors.toList());
    return new Heading(
        task,
        protocol,
        data,
        hasChoices ? Ability.COMPARE : Ability.ANSWER,
        SameAnswer.mostFrequentOf(answers));
  }

  private static List<ClipQuestion> questions(List<Sample> samples, boolean hasChoices) {
    var questions = new ArrayList<ClipQuestion>();
    for (Sample sample : samples) {
      Part.Question question = question(sample, hasChoices);
      String unit = sample.label("video").isEmpty() ? sample.key() : sample.label("video");
      Map<String, String> tags =
          sample.label("question_type").isEmpty()
              ? Map.of()
              : Map.of("question_type", sample.label("question_type"));
      questions.add(
          new ClipQuestion(
              sample.key(),
              // Types are of questions: those of one video are samples of their own where there are
              // types, so that each type can be told.
              tags.isEmpty() ? unit : unit + "/" + tags.get("question_type"),
              sample.pictures(),
              hasChoices ? lettered(question) : question.text(),
              question.answers(),
              hasChoices ? question.choices() : List.of(),
              hasChoices ? question.correct() : -1,
              hasChoices
                  ? question.choices().stream()
                      .map(choice -> (question.text() + " " + choice).strip())
                      .toList()
                  : List.of(),
              tags));
    }
    return questions;
  }

  private static Part.Question question(Sample sample, boolean hasChoices) {
    Part.Question question = PublicTasks.question(sample);
    if (question.choices().isEmpty() == hasChoices) {
      throw new InputException(
          "%s: the question has %s choices; the task is for those with%s"
              .formatted(
                  sample.origin(),
                  hasChoices ? "no" : question.choices().size(),
                  hasChoices ? "" : "out"));
    }
    return question;
  }

  /** The question, a line for each choice with its letter, and how to answer. */
  private static String lettered(Part.Question question) {
    var text = new StringBuilder(question.text().isEmpty() ? "Which is true?" : question.text());
    for (int i = 0; i < question.choices().size(); i++) {
      text.append('\n').append(letter(i)).append(". ").append(question.choices().get(i));
    }
    return text.append("\nGive the letter of the right answer.").toString();
  }

  /** The first accepted answer; empty where none is known. */
  private static String answer(Part.Question question) {
    return question.answers().stream().findFirst().orElse("");
  }

  private static String letter(int choice) {
    return Character.toString('A' + choice);
  }
}
