package io.vlm4j.cli;

import io.vlm4j.image.ImageEncoder;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.model.CodeFile;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Pretrained;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns codes into pictures. */
@Command(name = "decode", description = "Turns codes into pictures.")
final class TokenizerDecodeCommand implements Callable<Integer> {
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where the pictures go: 00000.png and so on, in the order of the codes.")
  private Path out = Path.of("");

  @Parameters(paramLabel = "FILE", description = CodeFile.DESCRIPTION)
  private Path file = Path.of("");

  @Override
  public Integer call() {
    CodeFile codes = CodeFile.read(file);
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      ImageTokenizer tokenizer = TokenizerModel.of(pretrained, model.name());
      for (int i = 0; i < codes.grids().size(); i++) {
        byte[] png = ImageEncoder.png(codes.grids().get(i).picture(tokenizer, pretrained.device()));
        AtomicFiles.writeFile(out.resolve("%05d.png".formatted(i)), path -> Files.write(path, png));
      }
    }
    Terminal.line("pictures", "%s: %d", out, codes.grids().size());
    return 0;
  }
}
