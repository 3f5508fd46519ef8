package io.vlm4j.bench;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.Captions;
import io.vlm4j.data.Loader;
import io.vlm4j.data.PairCollator;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.ShardOrder;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.StreamBatches;
import io.vlm4j.data.StreamBatches.Weighted;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.io.Json;
import io.vlm4j.tensor.Batch;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Batches of 256 from WebDataset tars of 10,000 JPEGs of 256 x 256: decode, cut 224 x 224 out of
 * the middle, normalise, by vlm4j's loader (which also tokenises the captions) and by PyTorch's
 * DataLoader with Pillow, each with two workers, in turn, each in a process of its own.
 *
 * <p>The figure is that of an epoch after two to warm up. Arguments: a Python that has torch,
 * Pillow and NumPy, how many rounds (default 3), and a folder for the tars, which stay there
 * (default: a temporary one).
 */
public final class LoaderSpeed {
  private static final int PICTURES = 10_000;
  private static final int PER_SHARD = 1000;
  private static final int SIDE = 256;
  private static final int CROP = 224;
  private static final int BATCH = 256;
  private static final int WORKERS = 2;
  private static final int EPOCHS = 3;

  private LoaderSpeed() {}

  /** Runs both sides and prints a table. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 2 && args[0].equals("measure")) {
      System.out.println(
          Json.toLine(Map.of("pictures_per_second", measure(Path.of(args[1]).toString()))));
      return;
    }
    String python = args.length > 0 ? args[0] : "python3";
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    Path folder = args.length > 2 ? Path.of(args[2]) : Files.createTempDirectory("vlm4j-loader-");
    write(folder);
    var ours = new ArrayList<Double>();
    var theirs = new ArrayList<Double>();
    for (int round = 0; round < rounds; round++) {
      ours.add(run(ours(folder)));
      theirs.add(run(theirs(python, folder)));
    }
    System.out.println("| vlm4j pictures/s | PyTorch pictures/s | speed |");
    System.out.println("|---|---|---|");
    System.out.printf(
        Locale.ROOT,
        "| %.0f | %.0f | %.2f x |%n",
        median(ours),
        median(theirs),
        median(ours) / median(theirs));
  }

  private static void write(Path folder) {
    var sink = new WebDatasetSink(folder);
    for (int shard = 0; shard < PICTURES / PER_SHARD; shard++) {
      if (!sink.has(shard)) {
        int first = shard * PER_SHARD;
        sink.write(
            shard,
            IntStream.range(first, first + PER_SHARD).mapToObj(LoaderSpeed::sample).iterator());
      }
    }
    sink.finish();
  }

  private static Sample sample(int number) {
    return Sample.pair(
        "%09d".formatted(number),
        "bench",
        Picture.encoded("jpg", () -> photo(number)),
        List.of("a photo of number " + number),
        Map.of());
  }

  /** Waves and noise: about 25 kB as a JPEG, like a photograph of that size. */
  private static byte[] photo(int number) {
    var random = new SplittableRandom(number);
    double slope = random.nextDouble(0.01, 0.1);
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double wave = 90 * Math.sin(x * (slope + 0.01 * c) + y * 0.03) + 128;
          rgb = rgb << 8 | (int) Math.clamp(wave + random.nextInt(-16, 17), 0.0, 255.0);
        }
        image.setRGB(x, y, rgb);
      }
    }
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static double measure(String folder) {
    var skipped = new SkippedSamples();
    var order =
        new ShardOrder(Sources.open(folder, Columns.USUAL), 2 * PER_SHARD, 0, 0, 1, skipped);
    var batches = new StreamBatches(List.of(new Weighted(order, 1)), BATCH, 0);
    var recipe = Preprocessing.clip(CROP);
    var crop =
        new Preprocessing(
            recipe.result(),
            Preprocessing.Mode.CROP,
            recipe.resized(),
            Resize.Filter.BICUBIC,
            0,
            recipe.rescale(),
            recipe.mean(),
            recipe.std());
    try (var tokenizer = Tokenizer.of(BytePairs.learn(List.of("a photo of number 1"), 560), 16);
        var loader =
            new Loader(
                batches,
                new PairCollator(crop, Augmentation.NONE, tokenizer, Captions.PRINCIPAL),
                WORKERS,
                0,
                (long) EPOCHS * batches.batchesPerEpoch())) {
      double rate = 0;
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        long start = System.nanoTime();
        long count = 0;
        for (int i = 0; i < batches.batchesPerEpoch(); i++) {
          try (Batch batch = loader.next()) {
            count += batch.get(Batch.PIXELS).size(0);
          }
        }
        rate = count / ((System.nanoTime() - start) / 1e9);
      }
      return rate;
    }
  }

  private static List<String> ours(Path folder) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Xmx1g",
        "-cp",
        System.getProperty("java.class.path"),
        LoaderSpeed.class.getName(),
        "measure",
        folder.toString());
  }

  private static List<String> theirs(String python, Path folder) {
    return List.of(
        python,
        "bench/src/main/python/loader.py",
        folder.toString(),
        Integer.toString(CROP),
        Integer.toString(BATCH),
        Integer.toString(WORKERS),
        Integer.toString(EPOCHS));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** The rate in the last line that a command prints; not a number if it fails. */
  private static double run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      System.err.println(output);
      return Double.NaN;
    }
    return Json.parse(output.lines().reduce("", (_, line) -> line))
        .path("pictures_per_second")
        .asDouble();
  }
}
