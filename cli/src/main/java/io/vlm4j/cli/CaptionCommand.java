package io.vlm4j.cli;

import io.vlm4j.generate.Generation;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Caption;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is on pictures. */
@Command(name = "caption", description = "Says in words what is on a picture.")
final class CaptionCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(CaptionCommand.class);
  private static final int CHUNK = 256;

  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final GenerationOptions generation = new GenerationOptions();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--beginning",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "How every caption begins.")
  private String beginning = "";

  @Option(
      names = "--best",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many of a picture's beams to show (default: ${DEFAULT-VALUE}).")
  private int best = 1;

  @Option(
      names = "--json",
      description = "One JSON object a line: file, caption, log_probability, score, whole.")
  private boolean json;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    if (best < 1) {
      throw new InputException("--best must be at least 1, not " + best);
    }
    Generation wanted = generation.wanted();
    int described = 0;
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      for (int from = 0; from < files.size(); from += CHUNK) {
        described +=
            describe(pretrained, files.subList(from, Math.min(files.size(), from + CHUNK)), wanted);
      }
    }
    return described == files.size() ? 0 : 1;
  }

  /** Describes what can be read, and tells of the rest. */
  private int describe(Pretrained pretrained, List<Path> some, Generation wanted) {
    var readable = new ArrayList<Path>();
    var pictures = new ArrayList<Pixels>();
    for (Path file : some) {
      try {
        pictures.add(ImageDecoder.read(file));
        readable.add(file);
      } catch (InputException e) {
        LOG.warn("skipped: {}", e.getMessage());
      }
    }
    List<List<Caption>> captions = pretrained.captions(pictures, beginning, wanted);
    for (int i = 0; i < readable.size(); i++) {
      for (Caption caption : captions.get(i).stream().limit(best).toList()) {
        System.out.println(json ? line(readable.get(i), caption) : text(readable.get(i), caption));
      }
    }
    return readable.size();
  }

  private String text(Path file, Caption caption) {
    return files.size() == 1 ? caption.text() : file + "\t" + caption.text();
  }

  private static String line(Path file, Caption caption) {
    var line = new LinkedHashMap<String, Object>();
    line.put("file", file.toString());
    line.put("caption", caption.text());
    line.put("log_probability", caption.logProbability());
    line.put("score", caption.score());
    line.put("whole", caption.isWhole());
    return Json.toLine(line);
  }
}
