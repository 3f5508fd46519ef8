package io.vlm4j.data.sink;

import io.vlm4j.data.Sink;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.List;

/** Opens sinks by the names of their layouts. */
public final class Sinks {
  /** {@link WebDatasetSink}. */
  public static final String WEBDATASET = "webdataset";

  /** {@link ParquetSink}. */
  public static final String PARQUET = "parquet";

  /** {@link JsonLinesSink}. */
  public static final String JSON_LINES = "jsonl";

  /** {@link ClipBenchmarkSink}. */
  public static final String CLIP_BENCHMARK = "clip-benchmark";

  /** {@link LlavaSink}. */
  public static final String LLAVA = "llava";

  /** All layouts. */
  public static final List<String> LAYOUTS =
      List.of(WEBDATASET, PARQUET, JSON_LINES, CLIP_BENCHMARK, LLAVA);

  private Sinks() {}

  /**
   * A sink of a layout; of clip_benchmark's two, that of retrieval.
   *
   * @throws InputException if there is no such layout; it names those that there are
   */
  public static Sink open(String layout, Path folder) {
    return switch (layout) {
      case WEBDATASET -> new WebDatasetSink(folder);
      case PARQUET -> new ParquetSink(folder);
      case JSON_LINES -> new JsonLinesSink(folder);
      case LLAVA -> new LlavaSink(folder);
      case CLIP_BENCHMARK -> ClipBenchmarkSink.retrieval(folder);
      default ->
          throw new InputException(
              "no layout '%s'; there are %s".formatted(layout, String.join(", ", LAYOUTS)));
    };
  }
}
