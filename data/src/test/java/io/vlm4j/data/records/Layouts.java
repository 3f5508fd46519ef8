package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small files of a layout in a folder, and what they are read as. */
final class Layouts {
  private Layouts() {}

  /** Writes a text file with the folders above it. */
  static Path write(Path file, String content) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.writeString(file, content);
  }

  /** Writes pictures that can be told apart by their colours: the first is 1, then 2 and so on. */
  static void pictures(Path folder, String... names) throws IOException {
    for (int i = 0; i < names.length; i++) {
      Pictures.write(folder.resolve(names[i]), Pictures.plain(2, 2, i + 1));
    }
  }

  /** The number of a picture of {@link #pictures}. */
  static int number(Picture picture) {
    return picture.pixels().get(0, 0, 2);
  }

  /** All samples, none of which may be damaged. */
  static List<Sample> samples(Source source) {
    return source.shards().stream().map(Shard::open).flatMap(List::stream).toList();
  }

  /** The one sample. */
  static Sample sample(Source source) {
    List<Sample> samples = samples(source);
    if (samples.size() != 1) {
      throw new AssertionError(samples.size() + " samples");
    }
    return samples.getFirst();
  }

  /** What is said of the damaged records. */
  static List<String> complaints(Source source) {
    var skipped = new SkippedSamples();
    source.stream(skipped).forEach(_ -> {});
    return skipped.causes().values().stream().sorted().toList();
  }

  /** A sample's parts on one line each, pictures by their numbers. */
  static List<String> parts(Sample sample) {
    return sample.parts().stream().map(Layouts::show).toList();
  }

  private static String show(Part part) {
    return switch (part) {
      case Picture picture -> "picture " + number(picture);
      case Part.Text(String value) -> value;
      case Part.Turn turn -> turn.role() + turn.content().stream().map(Layouts::show).toList();
      default -> part.toString();
    };
  }
}
