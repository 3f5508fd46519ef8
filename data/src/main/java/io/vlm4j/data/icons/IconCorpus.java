package io.vlm4j.data.icons;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The demo's pictures: emoji drawn by several hands, with names, descriptions, keywords and groups.
 *
 * <p>Drawings are rendered once and kept in a cache folder; a picture is then read from a memory
 * map, so the corpus takes no heap.
 */
public final class IconCorpus {
  /** Label of a sample: the icon set. */
  public static final String STYLE = "style";

  /** Label of a sample: the icon's name in its set. */
  public static final String NAME = "name";

  /** Label of a sample: Unicode's group of emoji; absent where it is not known. */
  public static final String GROUP = "group";

  /** Label of a sample: Unicode's subgroup of emoji, such as {@code food-fruit}. */
  public static final String SUBGROUP = "subgroup";

  private final List<IconSet> sets;
  private final List<Sample> samples;

  private IconCorpus(List<IconSet> sets, List<Sample> samples) {
    this.sets = sets;
    this.samples = samples;
  }

  /** Is told how far the rendering is. */
  @FunctionalInterface
  public interface Progress {
    /** So many pictures are rendered, of all. */
    void rendered(int done, int all);
  }

  /** A drawing to render and what to call it. */
  private record Drawing(String style, String name, IconSet.Icon icon) {
    String key() {
      return style + "/" + name;
    }
  }

  /**
   * Opens the corpus, rendering what the cache lacks.
   *
   * @param iconJar the jar of Iconify's JSON files
   * @param emojiJar the jar of jemoji
   * @param size side of the rendered pictures, in pixels
   * @param limit number of drawings for each style and part at most, for a quick try
   * @param progress is told how far the rendering is
   */
  public static IconCorpus open(
      Path iconJar,
      Path emojiJar,
      IconSplit split,
      int size,
      int limit,
      Path cache,
      Progress progress) {
    var styles = new ArrayList<>(split.trainStyles());
    styles.addAll(split.galleries().keySet());
    List<IconSet> sets = styles.stream().map(style -> IconSet.read(iconJar, style)).toList();
    sets.stream()
        .filter(set -> split.trainStyles().contains(set.prefix()) && !set.license().isPermissive())
        .findFirst()
        .ifPresent(set -> {
          throw new InputException(
              "the licence of %s (%s) is not one to train on"
                  .formatted(set.prefix(), set.license().title()));
        });
    List<Drawing> drawings = drawings(sets, split, limit);
    Path file = cache.resolve("icons-%d-%d.rgba".formatted(size, drawings.size()));
    if (!isComplete(file, drawings, size)) {
      render(drawings, size, file, progress);
    }
    return new IconCorpus(sets, samples(drawings, sets, split, emojiJar, file, size));
  }

  /** Number of bytes of one picture: red, green, blue and opacity of every pixel. */
  private static long stride(int size) {
    return 4L * size * size;
  }

  private static List<Drawing> drawings(List<IconSet> sets, IconSplit split, int limit) {
    var drawings = new ArrayList<Drawing>();
    for (IconSet set : sets) {
      List<List<String>> parts =
          split.trainStyles().contains(set.prefix())
              ? List.of(
                  set.icons().keySet().stream()
                      .filter(name -> split.isTraining(name, set.icons().keySet()))
                      .toList())
              : List.of(
                  split.gallery(set.prefix(), IconSplit.SEEN),
                  split.gallery(set.prefix(), IconSplit.HELD_OUT));
      for (List<String> part : parts) {
        part.stream().limit(limit).map(name -> drawing(set, name)).forEach(drawings::add);
      }
    }
    return drawings;
  }

  private static Drawing drawing(IconSet set, String name) {
    IconSet.Icon icon = set.icons().get(name);
    if (icon == null) {
      throw new InputException("the icon set " + set.prefix() + " has no '" + name + "'");
    }
    return new Drawing(set.prefix(), name, icon);
  }

  private static Path indexOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".keys");
  }

  private static boolean isComplete(Path file, List<Drawing> drawings, int size) {
    try {
      return Files.isRegularFile(file)
          && Files.size(file) == drawings.size() * stride(size)
          && Files.readAllLines(indexOf(file)).equals(drawings.stream().map(Drawing::key).toList());
    } catch (IOException _) {
      return false; // no index, or an unreadable one: render again
    }
  }

  private static void render(List<Drawing> drawings, int size, Path file, Progress progress) {
    var renderer = new IconRenderer(size);
    AtomicFiles.writeFile(
        file,
        path -> {
          try (var channel =
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int chunk = 256;
            for (int from = 0; from < drawings.size(); from += chunk) {
              List<Drawing> part = drawings.subList(from, Math.min(drawings.size(), from + chunk));
              List<ByteBuffer> pictures =
                  part.parallelStream()
                      .map(drawing -> toBytes(renderer.render(drawing.icon, drawing.key())))
                      .toList();
              for (ByteBuffer picture : pictures) {
                while (picture.hasRemaining()) {
                  channel.write(picture);
                }
              }
              progress.rendered(from + part.size(), drawings.size());
            }
          }
        });
    AtomicFiles.writeString(
        indexOf(file), String.join("\n", drawings.stream().map(Drawing::key).toList()) + "\n");
  }

  private static ByteBuffer toBytes(Pixels pixels) {
    byte[] alpha = Objects.requireNonNull(pixels.alpha());
    return ByteBuffer.allocate(pixels.rgb().length + alpha.length)
        .put(pixels.rgb())
        .put(alpha)
        .flip();
  }

  private static List<Sample> samples(
      List<Drawing> drawings,
      List<IconSet> sets,
      IconSplit split,
      Path emojiJar,
      Path file,
      int size) {
    EmojiWords words = EmojiWords.read(emojiJar);
    Map<String, List<String>> codePoints = codePoints(sets);
    MappedByteBuffer bytes = map(file);
    return IntStream.range(0, drawings.size())
        .mapToObj(i -> {
          Drawing drawing = drawings.get(i);
          return sample(
              drawing,
              words.find(drawing.name, codePoints.getOrDefault(drawing.name, List.of())),
              split,
              () -> picture(bytes, i, size));
        })
        .toList();
  }

  private static Sample sample(
      Drawing drawing,
      Optional<EmojiWords.Words> words,
      IconSplit split,
      Supplier<Pixels> picture) {
    String name = drawing.name.replace('-', ' ');
    var labels = new HashMap<>(Map.of(STYLE, drawing.style, NAME, drawing.name));
    var texts = new LinkedHashSet<>(List.of(name));
    words.ifPresent(w -> {
      labels.put(GROUP, w.group());
      labels.put(SUBGROUP, w.subgroup());
      texts.add(plain(w.description()));
      w.keywords().forEach(keyword -> texts.add(plain(keyword)));
      texts.add(name + " " + plain(w.group()));
      if (!split.heldOut().contains(w.subgroup())) {
        texts.add(name + " " + plain(w.subgroup()));
      }
    });
    // A keyword, as a subgroup, may be the very name of a concept that training must not know.
    texts.removeIf(text -> !text.equals(name) && split.heldOut().contains(text.replace(' ', '-')));
    return Sample.pair(
        drawing.key(),
        "icons:" + drawing.key(),
        Picture.drawn(drawing.key(), picture),
        List.copyOf(texts),
        labels);
  }

  private static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }

  private static Map<String, List<String>> codePoints(List<IconSet> sets) {
    var codePoints = new HashMap<String, List<String>>();
    for (IconSet set : sets) {
      set.names()
          .forEach((sequence, name) ->
              codePoints.computeIfAbsent(name, _ -> new ArrayList<>()).add(sequence));
    }
    return codePoints;
  }

  private static MappedByteBuffer map(Path file) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  private static Pixels picture(MappedByteBuffer bytes, int index, int size) {
    var rgb = new byte[3 * size * size];
    var alpha = new byte[size * size];
    int at = Math.toIntExact(index * stride(size));
    bytes.get(at, rgb).get(at + rgb.length, alpha);
    return new Pixels(size, size, rgb, alpha);
  }

  /** The pictures to learn from. */
  public List<Sample> training(IconSplit split) {
    return samples.stream()
        .filter(sample -> split.trainStyles().contains(sample.label(STYLE)))
        .toList();
  }

  /** The test pictures of a style, of {@link IconSplit#SEEN} or {@link IconSplit#HELD_OUT}. */
  public List<Sample> gallery(IconSplit split, String style, String concepts) {
    var names = Set.copyOf(split.gallery(style, concepts));
    return samples.stream()
        .filter(sample -> style.equals(sample.label(STYLE)))
        .filter(sample -> names.contains(sample.label(NAME)))
        .toList();
  }

  /** The icon sets in use, for their licences. */
  public List<IconSet> sets() {
    return sets;
  }
}
