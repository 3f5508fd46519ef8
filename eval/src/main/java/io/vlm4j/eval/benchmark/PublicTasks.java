package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.eval.benchmark.Benchmark.Heading;
import io.vlm4j.eval.benchmark.GridBenchmark.Rule;
import io.vlm4j.eval.metric.answer.Demand;
import io.vlm4j.eval.metric.answer.VisualProgram;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks about data of others, from the samples that their layouts give. Samples that cannot be read
 * are told of and left out.
 */
public final class PublicTasks {
  private static final Logger LOG = LoggerFactory.getLogger(PublicTasks.class);
  private static final int SUBCROPS = 8; // DCI's batch
  private static final List<String> CASE_TAGS =
      List.of("subset", "relation_name", "collapsed_tag", "question_type", "dataset");
  private static final Set<String> GRIDS = Set.of("winoground", "aro", "sugarcrepe", "dci");

  private PublicTasks() {}

  /**
   * What a task can be asked about.
   *
   * @return for each task the formats of {@code data.records} that hold what it needs; the first
   *     one is the usual. Those with none take any pairs or classes
   */
  public static Map<String, List<String>> formats() {
    var formats = new TreeMap<String, List<String>>();
    formats.put("winoground", List.of("winoground"));
    formats.put("aro", List.of("aro", "aro-order"));
    formats.put("sugarcrepe", List.of("sugarcrepe"));
    formats.put("dci", List.of("dci"));
    formats.put("pope", List.of("pope"));
    formats.put("pope-answers", List.of("pope"));
    formats.put("vqa", List.of("vqa-v2", "ok-vqa", "text-vqa", "a-okvqa"));
    formats.put("doc-vqa", List.of("doc-vqa"));
    formats.put("red-team", List.of("red-team"));
    formats.put("vpeval", List.of("vpeval"));
    formats.put("video-qa", List.of("msrvtt-qa", "msvd-qa", "activitynet-qa", "tgif-qa"));
    formats.put("video-choice", List.of("egoschema", "tgif-qa"));
    formats.put("video-count", List.of("tgif-qa"));
    formats.put("retrieval", List.of("karpathy-test", "karpathy-val", "coco-captions"));
    formats.put("captioning", List.of("karpathy-test", "karpathy-val", "coco-captions"));
    formats.put("zero-shot", List.of());
    return formats;
  }

  /**
   * A task of any kind but classes.
   *
   * <p>The baseline that cannot see knows what is usual from the texts of the set itself, right and
   * wrong ones alike.
   *
   * @param most samples at most
   */
  public static Benchmark of(String task, Source source, int most) {
    return of(task, source, most, ClipTasks.FRAMES);
  }

  /**
   * The same.
   *
   * @param frames how many are shown of each video
   */
  public static Benchmark of(String task, Source source, int most, int frames) {
    List<Sample> samples = samples(source, most);
    if (ClipTasks.NAMES.contains(task)) {
      return ClipTasks.of(task, source.name(), samples, frames);
    }
    Examinee words = new WordsOnly(samples.stream().flatMap(PublicTasks::texts).toList());
    if (GRIDS.contains(task)) {
      return grids(task, source.name(), samples, words);
    }
    return switch (task) {
      case "pope" ->
          new YesNoBenchmark(
              new Heading(task, Protocols.POPE, source.name(), Ability.EMBED, words),
              questions(samples));
      case "pope-answers" ->
          new YesNoBenchmark(
              new Heading(
                  task,
                  Protocols.POPE_ANSWERS,
                  source.name(),
                  Ability.ANSWER,
                  new SameAnswer("yes")),
              questions(samples));
      case "vqa" -> answers(task, Protocols.VQA, AnswerBenchmark.Rule.VQA, source, samples);
      case "doc-vqa" ->
          answers(task, Protocols.DOC_VQA, AnswerBenchmark.Rule.ANLS, source, samples);
      case "vpeval" ->
          new ProgramBenchmark(
              new Heading(
                  task,
                  Protocols.VPEVAL_ANSWERS,
                  source.name(),
                  Ability.ANSWER,
                  new SameAnswer("yes")),
              programs(samples));
      case "red-team" ->
          new RedTeamBenchmark(
              new Heading(
                  task, Protocols.RED_TEAM, source.name(), Ability.ANSWER, new SameAnswer("yes")),
              samples.stream().map(PublicTasks::probe).toList());
      case "retrieval" ->
          new RetrievalBenchmark(
              new Heading(task, Protocols.RETRIEVAL, source.name(), Ability.EMBED, words),
              List.of(RetrievalBenchmark.Gallery.of(pairs(samples), Sample::texts, Map.of())));
      case "captioning" ->
          new CaptionBenchmark(
              new Heading(
                  task,
                  Protocols.CAPTIONING,
                  source.name(),
                  Ability.CAPTION,
                  SameAnswer.mostFrequentOf(
                      samples.stream().flatMap(s -> s.texts().stream()).toList())),
              pairs(samples),
              "");
      default ->
          throw new InputException(
              "no data can be given to the task '%s'; it can to %s"
                  .formatted(task, formats().keySet()));
    };
  }

  /**
   * Zero-shot classification of samples whose label {@code cls} is a class's number, as
   * clip_benchmark's are, or its name.
   *
   * @param names of the classes by number; empty if samples name theirs
   * @param templates with {@code {c}} or {@code {}} for the class; none for the bare name
   */
  public static Benchmark classes(
      Source source, List<String> names, List<String> templates, int most) {
    List<Sample> samples =
        samples(source, most).stream().filter(s -> !s.label("cls").isEmpty()).toList();
    List<String> classes =
        names.isEmpty()
            ? List.copyOf(new TreeSet<>(samples.stream().map(s -> s.label("cls")).toList()))
            : names;
    List<Labelled.Item> items =
        samples.stream()
            .map(s -> new Labelled.Item(s.key(), s.picture(), number(s, classes, names), Map.of()))
            .toList();
    List<String> prompts =
        templates.isEmpty()
            ? List.of("{}")
            : templates.stream().map(template -> template.replace("{c}", "{}")).toList();
    return new ZeroShotBenchmark(
        new Heading(
            "zero-shot", Protocols.ZERO_SHOT, source.name(), Ability.EMBED, new WordsOnly(classes)),
        new Labelled(classes, items),
        prompts,
        false);
  }

  private static int number(Sample sample, List<String> classes, List<String> names) {
    String label = sample.label("cls");
    int number =
        names.isEmpty()
            ? classes.indexOf(label)
            : label.matches("\\d{1,6}") ? Integer.parseInt(label) : names.indexOf(label);
    if (number < 0 || number >= classes.size()) {
      throw new InputException(
          "%s: class '%s' is none of the %d".formatted(sample.origin(), label, classes.size()));
    }
    return number;
  }

  /** All that a sample says: captions, choices, regions, questions. */
  private static Stream<String> texts(Sample sample) {
    return Stream.of(
            sample.texts().stream(),
            sample.all(Part.Question.class).stream()
                .flatMap(q -> Stream.concat(Stream.of(q.text()), q.choices().stream())),
            sample.all(Part.Region.class).stream().flatMap(region -> region.texts().stream()))
        .flatMap(all -> all)
        .filter(text -> !text.isBlank());
  }

  private static List<Sample> samples(Source source, int most) {
    var skipped = new SkippedSamples();
    List<Sample> samples = source.stream(skipped).limit(most).toList();
    if (skipped.count() > 0) {
      LOG.warn("{}: {} samples cannot be read", source.name(), skipped.count());
    }
    if (samples.isEmpty()) {
      throw new InputException(source.name() + ": no samples that can be read");
    }
    return samples;
  }

  private static List<Sample> pairs(List<Sample> samples) {
    return samples.stream().filter(s -> !s.texts().isEmpty() && !s.pictures().isEmpty()).toList();
  }

  private static Benchmark grids(String task, String data, List<Sample> samples, Examinee words) {
    Protocol protocol =
        switch (task) {
          case "winoground" -> Protocols.WINOGROUND;
          case "aro" -> Protocols.ARO;
          case "sugarcrepe" -> Protocols.SUGARCREPE;
          default -> Protocols.DCI;
        };
    List<Grid> grids =
        switch (task) {
          case "winoground" ->
              samples.stream()
                  .map(s -> Grid.square(s.key(), s.pictures(), s.texts(), tags(s)))
                  .toList();
          case "dci" -> crops(samples);
          default -> samples.stream().map(PublicTasks::choice).toList();
        };
    Rule rule = task.equals("winoground") ? Rule.WINOGROUND : Rule.CHOICE;
    return new GridBenchmark(
        new Heading(task, protocol, data, Ability.COMPARE, words), rule, grids);
  }

  private static Grid choice(Sample sample) {
    Part.Question question = question(sample);
    return Grid.choice(
        sample.key(), sample.picture(), question.choices(), question.correct(), tags(sample));
  }

  static Part.Question question(Sample sample) {
    return sample.all(Part.Question.class).stream()
        .findFirst()
        .orElseThrow(() -> new InputException(sample.origin() + ": the sample has no question"));
  }

  /** Eight crops of described regions at a time; what is left of a picture's is left out. */
  private static List<Grid> crops(List<Sample> samples) {
    var grids = new ArrayList<Grid>();
    for (Sample sample : samples) {
      List<Part.Region> regions =
          sample.all(Part.Region.class).stream().filter(r -> !r.texts().isEmpty()).toList();
      for (int from = 0; from + SUBCROPS <= regions.size(); from += SUBCROPS) {
        String key = sample.key() + "-" + from;
        List<Part.Region> eight = regions.subList(from, from + SUBCROPS);
        grids.add(
            Grid.square(
                key,
                eight.stream().map(r -> crop(key, sample.picture(), r.box())).toList(),
                eight.stream().map(r -> r.texts().getFirst()).toList(),
                Map.of()));
      }
    }
    return grids;
  }

  private static Picture crop(String key, Picture whole, Part.Box box) {
    return Picture.drawn(
        key,
        () -> {
          Pixels all = whole.pixels();
          int left = Math.clamp((int) box.x(), 0, all.width() - 1);
          int top = Math.clamp((int) box.y(), 0, all.height() - 1);
          return all.crop(
              left,
              top,
              Math.clamp((int) Math.ceil(box.width()), 1, all.width() - left),
              Math.clamp((int) Math.ceil(box.height()), 1, all.height() - top));
        });
  }

  private static List<YesNoBenchmark.Question> questions(List<Sample> samples) {
    var questions = new ArrayList<YesNoBenchmark.Question>();
    for (Sample sample : samples) {
      Part.Question question = question(sample);
      String asked = question.text();
      String statement =
          asked.replaceFirst("(?i)^is there ", "").replaceFirst("(?i) in the image\\??$", "");
      questions.add(
          new YesNoBenchmark.Question(
              sample.key(),
              sample.picture(),
              asked,
              statement,
              question.correct() == 0,
              sample.picture().name(),
              sample.picture().name().hashCode() & 1,
              tags(sample)));
    }
    return questions;
  }

  /** Programs that cannot be read are told of and left out. */
  private static List<ProgramBenchmark.Item> programs(List<Sample> samples) {
    var items = new ArrayList<ProgramBenchmark.Item>();
    for (Sample sample : samples) {
      String code = sample.label("code");
      try {
        items.add(
            new ProgramBenchmark.Item(
                sample.key(),
                sample.key(),
                sample.picture(),
                sample.text(),
                code,
                VisualProgram.parse(code),
                ProgramBenchmark.Truth.UNKNOWN,
                tags(sample)));
      } catch (InputException e) {
        LOG.warn("{} is left out: {}", sample.origin(), e.getMessage());
      }
    }
    return items;
  }

  private static RedTeamBenchmark.Probe probe(Sample sample) {
    Part.Question question = question(sample);
    String unit = sample.label("unit");
    var groups = new HashMap<String, String>();
    if (sample.metadata().get("groups") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> groups.put(String.valueOf(name), String.valueOf(value)));
    }
    try {
      return new RedTeamBenchmark.Probe(
          sample.key(),
          unit.isEmpty() ? sample.key() : unit,
          sample.picture(),
          question.text(),
          new Demand(Demand.Behaviour.of(sample.label("behaviour")), question.answers()),
          Boolean.parseBoolean(sample.label("control")),
          sample.label("sensitive").equals("image")
              ? RedTeamBenchmark.SENSITIVE_PICTURE
              : sample.label("risk"),
          groups,
          tags(sample));
    } catch (InputException e) {
      throw new InputException(sample.origin() + ": " + e.getMessage(), e);
    }
  }

  private static Benchmark answers(
      String task,
      Protocol protocol,
      AnswerBenchmark.Rule rule,
      Source source,
      List<Sample> samples) {
    var questions = new ArrayList<AnswerBenchmark.Question>();
    for (Sample sample : samples) {
      Part.Question question = question(sample);
      if (!question.answers().isEmpty()) {
        questions.add(
            new AnswerBenchmark.Question(
                sample.key(),
                sample.picture(),
                question.text(),
                question.answers(),
                Double.NaN,
                tags(sample)));
      }
    }
    return new AnswerBenchmark(
        new Heading(
            task,
            protocol,
            source.name(),
            Ability.ANSWER,
            SameAnswer.mostFrequentOf(
                questions.stream().flatMap(q -> q.answers().stream()).toList())),
        rule,
        questions);
  }

  private static Map<String, String> tags(Sample sample) {
    var tags = new HashMap<String, String>();
    for (String name : CASE_TAGS) {
      if (!sample.label(name).isEmpty()) {
        tags.put(name, sample.label(name));
      }
    }
    return tags;
  }
}
