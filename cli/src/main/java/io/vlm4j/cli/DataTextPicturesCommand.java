package io.vlm4j.cli;

import io.vlm4j.data.Sink;
import io.vlm4j.data.Source;
import io.vlm4j.data.lettering.TextPictures;
import io.vlm4j.data.lettering.Typefaces;
import io.vlm4j.data.lettering.Words;
import io.vlm4j.data.sink.Sinks;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a data set of pictures of text. */
@Command(
    name = "text-pictures",
    description = {
      "Makes pictures of words with captions and the exact text, to learn reading from.",
      "The same command continues where it was stopped; the same seed gives the same pictures."
    })
final class DataTextPicturesCommand implements Callable<Integer> {
  @Mixin private final MadeData made = new MadeData();

  @Option(
      names = "--to",
      paramLabel = "LAYOUT",
      defaultValue = Sinks.WEBDATASET,
      description = "webdataset, parquet or jsonl (default: ${DEFAULT-VALUE}).")
  private String layout = Sinks.WEBDATASET;

  @Option(
      names = "--shard-size",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Pictures of a shard (default: ${DEFAULT-VALUE}).")
  private int shardSize = 1000;

  @Option(
      names = "--image-size",
      paramLabel = "PX",
      defaultValue = "224",
      description = "Width of the pictures, and most of their height (default: ${DEFAULT-VALUE}).")
  private int size = 224;

  @Option(
      names = "--words",
      paramLabel = "FILE",
      description =
          "What to write, a word or a short text a line (default: common English words, numbers,"
              + " prices, dates).")
  private @Nullable Path words;

  @Option(
      names = "--fonts",
      paramLabel = "DIR",
      description = "A folder of .ttf or .otf files (default: the fonts of this machine).")
  private @Nullable Path fonts;

  @Override
  public Integer call() {
    Sink sink = Sinks.open(layout, made.out()); // refuses an unknown name
    Source source =
        new TextPictures(
                size,
                made.seed(),
                words == null ? Words.common() : Words.read(words),
                fonts == null ? Typefaces.ofThisMachine() : Typefaces.in(fonts))
            .source(made.count());
    made.write(source, sink, layout, shardSize, "pictures");
    return 0;
  }
}
