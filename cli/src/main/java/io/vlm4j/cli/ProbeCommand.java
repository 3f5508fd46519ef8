package io.vlm4j.cli;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.icons.IconCorpus;
import io.vlm4j.data.icons.IconSplit;
import io.vlm4j.eval.probe.Labelled;
import io.vlm4j.eval.probe.LinearProbe;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.FeatureExtractor;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a model's features by linear classifiers on them. */
@Command(
    name = "probe",
    description = {
      "Learns a linear classifier on the features of each of a model's encoders, which stay as"
          + " they",
      "are, and measures it: on the demo's groups of emoji, or on labelled samples of your own."
    })
final class ProbeCommand implements Callable<Integer> {
  private static final int VALIDATION_SHARE = 10; // one concept in ten
  private static final int SMOKE_DRAWINGS = 60;
  private static final String PIXELS = "pixels"; // the baseline, without a model

  @Mixin private final PairData data = new PairData();
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @ArgGroup(exclusive = false)
  private @Nullable Own own;

  @Option(names = "--smoke", description = "A quick try on few of the demo's pictures.")
  private boolean smoke;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Also write the numbers there, a line of JSON for each encoder.")
  private @Nullable Path out;

  /** Samples of one's own. */
  private static final class Own {
    @Option(
        names = "--label",
        required = true,
        paramLabel = "NAME",
        description = "The column or key of a sample's class.")
    private String label = "";

    @Option(
        names = "--train-data",
        required = true,
        paramLabel = "PATH",
        description = "Samples to learn from. " + PairData.PLACES)
    private String training = "";

    @Option(
        names = "--val-data",
        required = true,
        paramLabel = "PATH",
        description = "Samples to choose the classifier's penalty on.")
    private String validation = "";

    @Option(
        names = "--test-data",
        required = true,
        paramLabel = "PATH",
        description = "Samples to measure on.")
    private String test = "";
  }

  /**
   * A question to a model's features.
   *
   * @param label the name of the class among a sample's metadata
   * @param tests samples to measure on, by name
   */
  private record Question(
      String label,
      List<Sample> training,
      List<Sample> validation,
      Map<String, List<Sample>> tests) {
    List<String> classes() {
      return training.stream()
          .map(sample -> sample.label(label))
          .filter(name -> !name.isEmpty())
          .distinct()
          .sorted()
          .toList();
    }
  }

  @Override
  public Integer call() {
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      Question question = own == null ? emoji() : asked(own, pretrained);
      List<String> classes = question.classes();
      if (classes.size() < 2) {
        throw new InputException(
            "'%s' tells no two classes apart: found are %s".formatted(question.label, classes));
      }
      Terminal.line(
          "classes",
          "%d, %,d samples to learn from, %,d to choose on",
          classes.size(),
          question.training.size(),
          question.validation.size());
      var lines = new StringBuilder();
      var encoders = new LinkedHashMap<>(pretrained.encoders());
      if (pretrained.spec().readsPictures()) {
        encoders.put(PIXELS, FeatureExtractor.Input.PICTURES);
      }
      for (String encoder : encoders.keySet()) {
        lines.append(Json.toLine(probe(pretrained, encoder, question, classes))).append('\n');
      }
      if (out != null) {
        AtomicFiles.writeString(out, lines.toString());
      }
    }
    return 0;
  }

  private Question asked(Own own, Pretrained model) {
    return new Question(
        own.label,
        data.read(own.training, model.spec()),
        data.read(own.validation, model.spec()),
        Map.of("test", data.read(own.test, model.spec())));
  }

  /** Unicode's groups of the demo's drawings. */
  private Question emoji() {
    IconSplit split = IconSplit.load();
    IconCorpus corpus =
        Corpus.open(split, Corpus.RENDERED_SIZE, smoke ? SMOKE_DRAWINGS : Integer.MAX_VALUE);
    var tests = new LinkedHashMap<String, List<Sample>>();
    for (String style : split.galleries().keySet()) {
      for (String concepts : List.of(IconSplit.SEEN, IconSplit.HELD_OUT)) {
        tests.put(style + " " + concepts, corpus.gallery(split, style, concepts));
      }
    }
    List<Sample> all = corpus.training(split);
    return new Question(
        IconCorpus.GROUP,
        all.stream().filter(sample -> !isValidation(sample)).toList(),
        all.stream().filter(ProbeCommand::isValidation).toList(),
        tests);
  }

  private static boolean isValidation(Sample sample) {
    return IconSplit.isValidation(sample.label(IconCorpus.NAME), VALIDATION_SHARE);
  }

  private static Map<String, Object> probe(
      Pretrained model, String encoder, Question question, List<String> classes) {
    var skipped = new SkippedSamples();
    var line = new LinkedHashMap<String, Object>();
    line.put("encoder", encoder);
    try (var probe =
        LinearProbe.fit(
            labelled(model, encoder, question.training, classes, question.label, skipped),
            labelled(model, encoder, question.validation, classes, question.label, skipped),
            classes.size())) {
      line.put("penalty", probe.penalty());
      line.put("validation", probe.validationAccuracy());
      System.out.printf(
          Locale.ROOT,
          "  %-12s penalty %-8s validation %.3f",
          encoder,
          probe.penalty(),
          probe.validationAccuracy());
      question.tests.forEach((name, samples) -> {
        Labelled test = labelled(model, encoder, samples, classes, question.label, skipped);
        double accuracy = probe.accuracy(test);
        line.put(name + " n", test.labels().length);
        line.put(name, accuracy);
        System.out.printf(Locale.ROOT, "  %s %.3f (%d)", name, accuracy, test.labels().length);
      });
      System.out.println();
    }
    line.put("skipped", skipped.count());
    return line;
  }

  private static Labelled labelled(
      Pretrained model,
      String encoder,
      List<Sample> samples,
      List<String> classes,
      String label,
      SkippedSamples skipped) {
    Labelled all =
        encoder.equals(PIXELS)
            ? Labelled.pixels(samples, classes, sample -> sample.label(label), skipped)
            : Labelled.of(model, encoder, samples, classes, sample -> sample.label(label), skipped);
    if (all.labels().length == 0) {
      throw new InputException(
          "no sample has one of the classes of '%s' and can be read".formatted(label));
    }
    return all;
  }
}
