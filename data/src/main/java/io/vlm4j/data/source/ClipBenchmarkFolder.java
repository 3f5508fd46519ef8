package io.vlm4j.data.source;

import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.io.Utf8;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The files that clip_benchmark keeps beside its shards: {@code classnames.txt}, {@code
 * zeroshot_classification_templates.txt}, {@code dataset_type.txt}.
 *
 * @param classNames the classes by number; empty for a retrieval set
 * @param templates prompts with {@code {c}} for the class
 */
public record ClipBenchmarkFolder(List<String> classNames, List<String> templates) {
  /** Reads the files; the shards lie in a folder below, such as {@code test}. */
  public static ClipBenchmarkFolder read(Path folder) {
    return new ClipBenchmarkFolder(
        lines(folder.resolve("classnames.txt")),
        lines(folder.resolve("zeroshot_classification_templates.txt")));
  }

  /**
   * The classes that a source's samples tell, in order, and no prompts. Reads every sample.
   *
   * @param field of the metadata that holds the class
   * @param skipped is told of samples that cannot be read
   */
  public static ClipBenchmarkFolder of(Source source, String field, SkippedSamples skipped) {
    return new ClipBenchmarkFolder(
        source.stream(skipped)
            .map(sample -> sample.label(field))
            .filter(name -> !name.isBlank())
            .distinct()
            .sorted(
                Comparator.comparingInt((String name) -> name.matches("\\d+") ? name.length() : 0)
                    .thenComparing(Comparator.naturalOrder())) // 2 before 10
            .toList(),
        List.of());
  }

  /** Whether the shards of a folder are those of a retrieval set, where a line is a caption. */
  static boolean isRetrieval(Path shards) {
    Path parent = shards.toAbsolutePath().getParent();
    return parent != null && lines(parent.resolve("dataset_type.txt")).equals(List.of("retrieval"));
  }

  private static List<String> lines(Path file) {
    return Files.isRegularFile(file)
        ? Utf8.decode(DataFile.of(file).bytes(), file.toString())
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList()
        : List.of();
  }
}
