package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.image.Animation;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An animated file as a clip. Frames build on one another, so all are decoded at once, and again
 * only if memory was short in between. Safe for any number of threads.
 */
final class AnimatedFile {
  private static final Set<String> ENDINGS = Set.of("gif", "webp", "png", "apng");

  private final Path file;
  private final List<Double> lengths;
  private @Nullable SoftReference<Animation> decoded;

  /** Reads a file. */
  AnimatedFile(Path file) {
    this.file = file;
    this.lengths = animation().seconds();
  }

  /** Whether a file's name says that it may be an animation. */
  static boolean isNamedSo(Path file) {
    String name = String.valueOf(file.getFileName());
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return name.lastIndexOf('.') > 0 && ENDINGS.contains(ending);
  }

  /** All frames; each is a picture of its own, whose file is a PNG. */
  Part.Frames frames() {
    var starts = new ArrayList<Double>();
    long milliseconds = 0; // sums of whole numbers do not drift
    for (double length : lengths) {
      starts.add(milliseconds / 1000.0);
      milliseconds += Math.round(1000 * length);
    }
    List<Picture> pictures =
        IntStream.range(0, lengths.size())
            .mapToObj(i -> Picture.drawn(file + "#" + i, () -> animation().frames().get(i)))
            .toList();
    return new Part.Frames(pictures, starts);
  }

  /** How long all of it takes. */
  double seconds() {
    return lengths.stream().mapToLong(length -> Math.round(1000 * length)).sum() / 1000.0;
  }

  private synchronized Animation animation() {
    Animation known = decoded == null ? null : decoded.get();
    if (known == null) {
      try {
        known = Animation.decode(Files.readAllBytes(file), ImageDecoder.Options.DEFAULT);
      } catch (InputException e) {
        throw new InputException(file + ": " + e.getMessage(), e);
      } catch (IOException e) {
        throw Json.cannotRead(file, e);
      }
      decoded = new SoftReference<>(known);
    }
    return known;
  }
}
