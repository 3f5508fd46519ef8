package io.vlm4j.data.sink;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import io.vlm4j.data.source.ClipBenchmarkFolder;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A data set of clip_benchmark: {@code test/0.tar}, {@code test/1.tar}, ..., their number in {@code
 * test/nshards.txt}, and beside that folder {@code dataset_type.txt}; in the tars {@code KEY.jpg}
 * (or {@code png} or {@code webp}) with {@code KEY.txt}, a caption a line, for retrieval, or with
 * {@code KEY.cls}, the number of a class, for classification. Classes are named in {@code
 * classnames.txt}, the prompts for them in {@code zeroshot_classification_templates.txt}.
 *
 * <p>The layout has room for a picture and its captions or class, and for no more: a sample's other
 * parts and its other metadata are left out. A picture in another format becomes a PNG.
 */
public final class ClipBenchmarkSink implements Sink {
  private static final String SHARDS = "test";
  private static final List<String> TEMPLATES = List.of("a photo of a {c}.");
  private static final Set<ImageFormat> FORMATS =
      Set.of(ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.WEBP);

  private final Path folder;
  private final ShardFiles files;
  private final ClipBenchmarkFolder names;
  private final String field;
  private final Map<String, Integer> numbers = new HashMap<>(); // of the classes by name

  private ClipBenchmarkSink(Path folder, ClipBenchmarkFolder names, String field) {
    this.folder = folder;
    this.names = names;
    this.field = field;
    for (int i = 0; i < names.classNames().size(); i++) {
      numbers.putIfAbsent(names.classNames().get(i), i); // ImageNet has two cranes
    }
    files = new ShardFiles(folder.resolve(SHARDS), 1);
  }

  /** A set to find pictures by captions and captions by pictures. */
  public static ClipBenchmarkSink retrieval(Path folder) {
    return new ClipBenchmarkSink(folder, new ClipBenchmarkFolder(List.of(), List.of()), "");
  }

  /**
   * A set to tell classes apart.
   *
   * @param names of the classes, and the prompts; without any there will be {@code a photo of a
   *     {c}.}
   * @param field of the metadata that tells a sample's class: its name, or its number as {@code
   *     cls} has it
   * @throws InputException if there are no classes
   */
  public static ClipBenchmarkSink classification(
      Path folder, ClipBenchmarkFolder names, String field) {
    if (names.classNames().isEmpty()) {
      throw new InputException(folder + ": a set for classification needs the names of classes");
    }
    return new ClipBenchmarkSink(folder, names, field);
  }

  @Override
  public String member(Sample sample) {
    label(sample);
    sample.picture();
    return SampleKeys.member(sample);
  }

  @Override
  public boolean has(int shard) {
    return files.has(shard);
  }

  @Override
  public void write(int shard, Iterator<Sample> samples) {
    var count = new long[1];
    try (ShardFiles.Draft draft = files.new Draft(shard)) {
      draft.write(
          ".tar",
          stream -> {
            try (var tar = new ShardTar(stream)) {
              while (samples.hasNext()) {
                Sample sample = samples.next();
                tar.add(sample, members(sample));
                count[0]++;
              }
            }
          });
      draft.commit(Map.of("samples", count[0]));
    }
  }

  private Map<String, byte[]> members(Sample sample) {
    var members = new LinkedHashMap<String, byte[]>();
    Picture picture = sample.picture();
    byte[] bytes = picture.bytes();
    ImageFormat format = Contents.format(picture, bytes);
    if (FORMATS.contains(format)) {
      members.put(format.ending(), bytes);
    } else {
      members.put("png", ImageEncoder.png(picture.pixels()));
    }
    members.put(isRetrieval() ? "txt" : "cls", label(sample).getBytes(StandardCharsets.UTF_8));
    return members;
  }

  private boolean isRetrieval() {
    return names.classNames().isEmpty();
  }

  private String label(Sample sample) {
    return isRetrieval() ? captions(sample) : Integer.toString(classOf(sample));
  }

  /** A caption a line; one that has lines of its own becomes one. */
  private static String captions(Sample sample) {
    String lines =
        sample.texts().stream()
            .map(text -> text.strip().replaceAll("\\R+", " "))
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("\n"));
    if (lines.isEmpty()) {
      throw new InputException(sample.origin() + ": the sample has no caption");
    }
    return lines;
  }

  private int classOf(Sample sample) {
    @Nullable Object value = sample.metadata().get(field);
    int number = numbers.getOrDefault(String.valueOf(value), -1);
    if (number < 0 && value instanceof Long told && told >= 0 && told < names.classNames().size()) {
      number = told.intValue();
    }
    if (number < 0) {
      throw new InputException(
          value == null
              ? "%s: no '%s' in its metadata %s"
                  .formatted(sample.origin(), field, sample.metadata().keySet())
              : "%s: '%s' is none of the %d classes"
                  .formatted(sample.origin(), value, names.classNames().size()));
    }
    return number;
  }

  @Override
  public void finish() {
    Map<String, Object> sizes = files.finish(".tar");
    AtomicFiles.writeString(files.folder().resolve("sizes.json"), Json.toText(sizes));
    lines(files.folder().resolve("nshards.txt"), List.of(Integer.toString(sizes.size())));
    lines(
        folder.resolve("dataset_type.txt"),
        List.of(isRetrieval() ? "retrieval" : "classification"));
    if (!isRetrieval()) {
      lines(folder.resolve("classnames.txt"), names.classNames());
      lines(
          folder.resolve("zeroshot_classification_templates.txt"),
          names.templates().isEmpty() ? TEMPLATES : names.templates());
    }
  }

  private static void lines(Path file, List<String> lines) {
    AtomicFiles.writeString(file, String.join("\n", lines) + "\n");
  }
}
