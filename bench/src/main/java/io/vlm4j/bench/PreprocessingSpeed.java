package io.vlm4j.bench;

import com.sun.management.OperatingSystemMXBean;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * From the bytes of a JPEG file to CLIP's input of 224 pixels a side, on one thread, by vlm4j and
 * by Pillow with NumPy, in turn, each in a process of its own.
 *
 * <p>Figures are processor time of the whole process, garbage collection and compiler included, so
 * that other work on the machine counts little: the mean of the repetitions after as many to warm
 * up, the median of the rounds. Arguments: a Python that has Pillow and NumPy, and how many rounds
 * (default 3).
 */
public final class PreprocessingSpeed {
  private record Case(int width, int height, int repetitions) {}

  private static final List<Case> CASES =
      List.of(new Case(500, 375, 300), new Case(2000, 1500, 40));

  private PreprocessingSpeed() {}

  /** Runs all cases and prints a table. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 3 && args[0].equals("measure")) {
      System.out.println(measure(Path.of(args[1]), Integer.parseInt(args[2])));
      return;
    }
    String python = args.length > 0 ? args[0] : "python3";
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    System.out.println("| JPEG | vlm4j ms | Pillow ms | speed |");
    System.out.println("|---|---|---|---|");
    for (Case c : CASES) {
      Path file = Files.createTempFile("preprocessing", ".jpg");
      try {
        ImageIO.write(photo(c.width, c.height), "jpg", file.toFile());
        var ours = new ArrayList<Double>();
        var theirs = new ArrayList<Double>();
        for (int round = 0; round < rounds; round++) {
          ours.add(run(ours(file, c)));
          theirs.add(run(theirs(python, file, c)));
        }
        double a = median(ours);
        double b = median(theirs);
        System.out.printf(
            Locale.ROOT, "| %d x %d | %.2f | %.2f | %.2f x |%n", c.width, c.height, a, b, b / a);
      } finally {
        Files.delete(file);
      }
    }
  }

  private static double measure(Path path, int repetitions) throws IOException {
    byte[] file = Files.readAllBytes(path);
    var recipe = Preprocessing.clip(224);
    var target = new float[recipe.values()];
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long start = 0;
    for (int i = 0; i < 2 * repetitions; i++) {
      if (i == repetitions) {
        start = machine.getProcessCpuTime();
      }
      recipe.normalize(recipe.square(ImageDecoder.decode(file)), target, 0);
    }
    return (machine.getProcessCpuTime() - start) / 1e6 / repetitions;
  }

  /** Waves and some noise, the same at every run: about two bits a pixel as a JPEG. */
  private static BufferedImage photo(int width, int height) {
    var random = new SplittableRandom(1);
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double wave = 90 * Math.sin(x * (0.02 + 0.01 * c) + y * 0.03) + 128;
          rgb = rgb << 8 | (int) Math.clamp(wave + random.nextInt(-12, 13), 0.0, 255.0);
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  private static List<String> ours(Path file, Case c) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        PreprocessingSpeed.class.getName(),
        "measure",
        file.toString(),
        Integer.toString(c.repetitions));
  }

  private static List<String> theirs(String python, Path file, Case c) {
    return List.of(
        python,
        "bench/src/main/python/preprocessing.py",
        file.toString(),
        Integer.toString(c.repetitions));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** The number in the last line that a command prints; not a number if it fails. */
  private static double run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      System.err.println(output);
      return Double.NaN;
    }
    return Json.parse(output.lines().reduce("", (_, line) -> line)).asDouble();
  }
}
