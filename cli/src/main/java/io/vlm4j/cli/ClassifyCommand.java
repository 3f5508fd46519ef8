package io.vlm4j.cli;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says which of some labels fits a picture. */
@Command(
    name = "classify",
    description = "Says which of some labels fits a picture best, without training on them.")
final class ClassifyCommand implements Callable<Integer> {
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--labels",
      required = true,
      split = ",",
      paramLabel = "LABEL",
      description = "The labels, separated by commas.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description = {
        "A prompt with {} where the label goes, such as 'a photo of a {}'; may be given several"
            + " times,",
        "and their mean is used (default: the label alone)."
      })
  private List<String> templates = new ArrayList<>();

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    List<String> names = labels.stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
    if (names.isEmpty()) {
      throw new InputException("--labels names no label");
    }
    List<String> prompts = templates.isEmpty() ? List.of("{}") : templates;
    for (String prompt : prompts) {
      if (!prompt.contains("{}")) {
        throw new InputException("the template '" + prompt + "' has no {} for the label");
      }
    }
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      for (Path file : files) {
        if (files.size() > 1) {
          System.out.println(file);
        }
        for (var score : pretrained.classify(ImageDecoder.read(file), names, prompts)) {
          System.out.printf(
              Locale.ROOT, "%6.2f %%  %s%n", 100 * score.probability(), score.label());
        }
      }
    }
    return 0;
  }
}
