package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.answer.ChosenOption;
import io.vlm4j.eval.metric.answer.CountError;
import io.vlm4j.eval.metric.answer.VqaAnswer;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Questions about clips, shown as frames at even distances, and once more with one frame of each by
 * chance: what that scores needs no time.
 *
 * <p>Who answers is shown the frames in order before the question. Who embeds is asked about
 * choices alone: the mean of the frames' vectors must be nearer to the statement of the right one
 * than to all others. A mean has no order, so of two orders of the same frames one is right at
 * most.
 */
public final class ClipBenchmark extends Benchmark {
  private static final int CHUNK = 32; // clips whose frames are in memory at once
  private static final int WORST = 12;

  /** How answers are scored. */
  public enum Rule {
    /** Equal to an accepted answer, by VQA's normalisation: top-1 accuracy. */
    OPEN,
    /** The squared error of a number. */
    COUNT,
    /** The right choice, by {@link ChosenOption} or by statements. */
    CHOICE
  }

  private final Rule rule;
  private final List<ClipQuestion> questions;
  private final int frames;
  private final Units<ClipQuestion> units;

  /**
   * Asks about clips, those of one unit together.
   *
   * @param frames how many are shown of each clip
   */
  public ClipBenchmark(Heading heading, Rule rule, List<ClipQuestion> questions, int frames) {
    super(heading);
    if (questions.isEmpty()) {
      throw new InputException(heading.name() + ": no questions about clips");
    }
    if (frames < 1) {
      throw new InputException("frames of a clip must be at least 1, not " + frames);
    }
    this.rule = rule;
    this.frames = frames;
    units = Units.together(questions, ClipQuestion::unit);
    this.questions = units.items();
    for (ClipQuestion question : this.questions) {
      check(question);
    }
  }

  private void check(ClipQuestion question) {
    boolean isFit =
        switch (rule) {
          case OPEN -> !question.answers().isEmpty();
          case COUNT ->
              !question.answers().isEmpty()
                  && CountError.number(question.answers().getFirst()) >= 0;
          case CHOICE -> question.correct() >= 0;
        };
    if (!isFit) {
      throw new InputException(
          "%s: the right %s is not known"
              .formatted(question.key(), rule == Rule.CHOICE ? "choice" : "answer"));
    }
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    hash.add(frames + " frames");
    for (ClipQuestion question : questions) {
      hash.add(question.key()).add(question.unit()).add(question.asked());
      question.sample(frames).forEach(hash::add);
      hash.add(question.answers().toString()).add(question.choices().toString());
      hash.add(question.statements().toString()).add("" + question.correct());
    }
    samples().forEach(_ -> hash.next());
  }

  private List<Outcome.Sampled> samples() {
    return units.samples(ClipQuestion::tags);
  }

  /** What was said, and what it scores. */
  private record Said(List<String> words, double[] scores) {}

  @Override
  public Outcome run(Examinee who, Watch watch) {
    long all = 2L * questions.size();
    Said said = ask(who, q -> q.sample(frames), done -> watch.done(done, all));
    Said one = ask(who, q -> List.of(q.one()), done -> watch.done(questions.size() + done, all));
    var measures = new ArrayList<Measure>();
    measures.add(measure("", said));
    if (rule == Rule.COUNT) {
      measures.add(
          Measure.ratio(
              "accuracy", units.counts(i -> said.scores()[i] == 0), units.counts(_ -> true)));
    }
    if (rule == Rule.CHOICE && units.size() < questions.size()) {
      measures.add(wholeUnits(said));
    }
    measures.add(measure(", one frame", one));
    if (rule == Rule.CHOICE) {
      measures.add(
          Measure.ratio(
                  "no choice taken",
                  units.counts(
                      i -> ChosenOption.of(said.words().get(i), questions.get(i).choices()) < 0),
                  units.counts(_ -> true))
              .lowerIsBetter(true));
    }
    return new Outcome(samples(), measures, mistakes(said));
  }

  @FunctionalInterface
  private interface Progress {
    void done(int questions);
  }

  private Said ask(Examinee who, Function<ClipQuestion, List<Picture>> shown, Progress progress) {
    var words = new ArrayList<String>();
    var scores = new double[questions.size()];
    boolean answers = who.abilities().contains(Ability.ANSWER);
    for (int from = 0; from < scores.length; from += CHUNK) {
      List<ClipQuestion> chunk = questions.subList(from, Math.min(scores.length, from + CHUNK));
      List<List<Picture>> clips = chunk.stream().map(shown).toList();
      List<String> said = answers ? answers(who, chunk, clips) : nearest(who, chunk, clips);
      for (int i = 0; i < chunk.size(); i++) {
        scores[from + i] = score(chunk.get(i), said.get(i));
      }
      words.addAll(said);
      progress.done(words.size());
    }
    return new Said(words, scores);
  }

  private static List<String> answers(
      Examinee who, List<ClipQuestion> chunk, List<List<Picture>> clips) {
    Map<Picture, Pixels> read = new IdentityHashMap<>(); // clips share frames
    List<Picture> distinct = clips.stream().flatMap(List::stream).distinct().toList();
    List<Pixels> pixels = Vectors.onWhite(distinct);
    for (int i = 0; i < distinct.size(); i++) {
      read.put(distinct.get(i), pixels.get(i));
    }
    return who.answersToClips(
        clips.stream().map(clip -> clip.stream().map(read::get).toList()).toList(),
        chunk.stream().map(ClipQuestion::asked).toList());
  }

  /** The choice whose statement is nearest; nothing where two are as near. */
  private static List<String> nearest(
      Examinee who, List<ClipQuestion> chunk, List<List<Picture>> clips) {
    List<Picture> distinct = clips.stream().flatMap(List::stream).distinct().toList();
    float[][] rows = who.vectorsOf(distinct);
    Map<Picture, float[]> vectors = new IdentityHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      vectors.put(distinct.get(i), rows[i]);
    }
    List<String> texts = chunk.stream().flatMap(q -> q.statements().stream()).distinct().toList();
    float[][] columns = who.textVectors(texts);
    Map<String, float[]> statements = new LinkedHashMap<>();
    for (int i = 0; i < columns.length; i++) {
      statements.put(texts.get(i), columns[i]);
    }
    var nearest = new ArrayList<String>();
    for (int i = 0; i < chunk.size(); i++) {
      float[] clip = Vectors.bag(clips.get(i).stream().map(vectors::get).toList());
      ClipQuestion question = chunk.get(i);
      double[] fits =
          question.statements().stream()
              .mapToDouble(
                  text -> Vectors.exactDot(clip, Objects.requireNonNull(statements.get(text))))
              .toArray();
      double best = Arrays.stream(fits).max().orElse(Double.NaN);
      int[] places = IntStream.range(0, fits.length).filter(c -> fits[c] == best).toArray();
      nearest.add(places.length == 1 ? question.choices().get(places[0]) : "");
    }
    return nearest;
  }

  private double score(ClipQuestion question, String said) {
    return switch (rule) {
      case OPEN -> {
        String normalized = VqaAnswer.normalized(said);
        yield question.answers().stream()
                .anyMatch(answer -> VqaAnswer.normalized(answer).equals(normalized))
            ? 1
            : 0;
      }
      case COUNT -> CountError.squared(said, CountError.number(question.answers().getFirst()));
      case CHOICE -> ChosenOption.of(said, question.choices()) == question.correct() ? 1 : 0;
    };
  }

  private Measure measure(String how, Said said) {
    double[] scores = units.sums(i -> said.scores()[i]);
    double[] asked = units.counts(_ -> true);
    return switch (rule) {
      case OPEN -> Measure.ratio("top-1 accuracy" + how, scores, asked);
      case COUNT -> Measure.ratio("squared error" + how, scores, asked).lowerIsBetter(true);
      case CHOICE -> {
        double[] chances = units.sums(i -> 1.0 / questions.get(i).choices().size());
        Arrays.setAll(chances, u -> chances[u] / asked[u]);
        yield Measure.ratio("accuracy" + how, scores, asked, chances);
      }
    };
  }

  /** Of units with several questions, those whose every answer is right. */
  private Measure wholeUnits(Said said) {
    double[] right = units.sums(i -> said.scores()[i]);
    double[] asked = units.counts(_ -> true);
    double[] logarithms = units.sums(i -> -Math.log(questions.get(i).choices().size()));
    int[] several = IntStream.range(0, asked.length).filter(u -> asked[u] > 1).toArray();
    return Measure.mean(
        "all of a unit right",
        IntStream.of(several).mapToDouble(u -> right[u] == asked[u] ? 1 : 0).toArray(),
        IntStream.of(several).mapToDouble(u -> Math.exp(logarithms[u])).toArray());
  }

  private List<Outcome.Example> mistakes(Said said) {
    Stream<Integer> wrong =
        IntStream.range(0, questions.size())
            .boxed()
            .filter(i -> rule == Rule.COUNT ? said.scores()[i] > 0 : said.scores()[i] == 0);
    return wrong
        .sorted(
            (a, b) -> rule == Rule.COUNT ? Double.compare(said.scores()[b], said.scores()[a]) : 0)
        .limit(WORST)
        .map(i -> {
          ClipQuestion question = questions.get(i);
          String right =
              rule == Rule.CHOICE
                  ? question.choices().get(question.correct())
                  : question.answers().getFirst();
          return new Outcome.Example(
              Integer.toString(i),
              question.asked() + " " + right,
              said.words().get(i),
              rule == Rule.COUNT ? Math.sqrt(said.scores()[i]) : 1);
        })
        .toList();
  }

  /** The frames side by side. */
  @Override
  public Picture picture(String example) {
    ClipQuestion question = questions.get(Integer.parseInt(example));
    return FrameStrip.of(question.key(), question.sample(frames));
  }
}
