package io.vlm4j.cli;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.CodeFile;
import io.vlm4j.model.CodeGrid;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns pictures into codes. */
@Command(name = "encode", description = "Turns pictures into codes.")
final class TokenizerEncodeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(TokenizerEncodeCommand.class);
  private static final int CHUNK = 256;

  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(names = "--out", required = true, paramLabel = "FILE", description = CodeFile.DESCRIPTION)
  private Path out = Path.of("");

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    CodeFile.requireKnown(out);
    var names = new ArrayList<String>();
    var grids = new ArrayList<CodeGrid>();
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      ImageTokenizer tokenizer = TokenizerModel.of(pretrained, model.name());
      for (int from = 0; from < files.size(); from += CHUNK) {
        var pictures = new ArrayList<Pixels>();
        for (Path file : files.subList(from, Math.min(files.size(), from + CHUNK))) {
          try {
            pictures.add(ImageDecoder.read(file).over(255, 255, 255));
            names.add(file.toString());
          } catch (InputException e) {
            LOG.warn("skipped: {}", e.getMessage());
          }
        }
        grids.addAll(
            CodeGrid.of(tokenizer, pretrained.preprocessing(), pretrained.device(), pictures));
      }
    }
    if (grids.isEmpty()) {
      throw new InputException("not one of " + files.size() + " pictures can be read");
    }
    new CodeFile(names, grids).write(out);
    Terminal.line("codes", "%s: %d pictures", out, grids.size());
    return grids.size() == files.size() ? 0 : 1;
  }
}
