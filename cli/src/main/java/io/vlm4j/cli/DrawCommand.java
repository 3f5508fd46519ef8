package io.vlm4j.cli;

import io.vlm4j.eval.ContactSheet;
import io.vlm4j.generate.Strategy;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws what texts say. */
@Command(
    name = "draw",
    description = {
      "Draws what texts say: a PNG file for each picture, and a page of all of them.",
      "Beside each picture is its text, so that 'eval --val-data DIR' tells how well another model",
      "finds the one for the other."
    })
final class DrawCommand implements Callable<Integer> {
  private static final int LONGEST_NAME = 40;

  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--each",
      paramLabel = "N",
      defaultValue = "4",
      description = "Pictures of each text (default: ${DEFAULT-VALUE}).")
  private int each = 4;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "1",
      description =
          "Below 1 nearer to the most probable, above 1 farther away (default: ${DEFAULT-VALUE}).")
  private double temperature = 1;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "Draw of the K most probable pieces only; 0 for all (default).")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "1",
      description = "Draw of the most probable pieces that sum to P only (default: 1).")
  private double topP = 1;

  @Option(
      names = "--greedy",
      description = "Take the most probable piece each time: one picture of each text.")
  private boolean greedy;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Seed of what is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "drawn",
      description = "Where the pictures and drawn.html go (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("drawn");

  @Parameters(arity = "1..*", paramLabel = "TEXT", description = "What to draw.")
  private List<String> texts = new ArrayList<>();

  @Override
  public Integer call() {
    if (each < 1) {
      throw new InputException("--each must be at least 1, not " + each);
    }
    int count = greedy ? 1 : each;
    Strategy strategy =
        greedy ? Strategy.GREEDY : new Strategy.Sampling(temperature, topK, topP, seed);
    var wanted = new ArrayList<String>();
    texts.forEach(text -> wanted.addAll(Collections.nCopies(count, text)));
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      List<Pixels> drawn = pretrained.draw(wanted, strategy);
      var items = new ArrayList<ContactSheet.Item>();
      for (int i = 0; i < drawn.size(); i++) {
        byte[] png = ImageEncoder.png(drawn.get(i));
        String name = name(i / count, i % count);
        AtomicFiles.writeFile(out.resolve(name + ".png"), file -> Files.write(file, png));
        AtomicFiles.writeString(out.resolve(name + ".txt"), wanted.get(i));
        items.add(new ContactSheet.Item(png, wanted.get(i), name + ".png"));
      }
      ContactSheet.write(out.resolve("drawn.html"), "What the texts say", items);
    }
    Terminal.line("pictures", "%,d of %,d texts", wanted.size(), texts.size());
    Terminal.line("sheet", "%s", out.resolve("drawn.html"));
    return 0;
  }

  /** The text's place keeps texts apart that differ in what no file name can have. */
  private String name(int text, int picture) {
    String plain = texts.get(text).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
    String shortened = plain.substring(0, Math.min(plain.length(), LONGEST_NAME));
    return "%d-%s-%d".formatted(text + 1, shortened, picture + 1);
  }
}
