package io.vlm4j.data.records;

import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.source.PictureNames;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Short videos: a folder of numbered pictures a clip ({@code frame_0007.jpg}), or an animated GIF,
 * WebP or PNG file a clip, and perhaps a text beside it ({@code <clip>.txt}).
 *
 * <p>A sample is the frames in order and the text; its key is the folder's or the file's name.
 * Numbers may begin anywhere and leave gaps, which take their time. An animated file says itself
 * when its frames are shown, and for how long in all, which is the metadata {@code seconds}.
 */
public final class ClipFolders {
  private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)\\D*$");

  private ClipFolders() {}

  /**
   * The samples of a folder of clips.
   *
   * @param framesPerSecond how many numbers make a second, in folders of pictures
   */
  public static Source read(Path clips, double framesPerSecond) {
    if (!(framesPerSecond > 0) || Double.isInfinite(framesPerSecond)) {
      throw new InputException(framesPerSecond + " frames per second: must be above 0");
    }
    return Source.of(
        new RecordShard(
            clips.toString(),
            () -> {
              List<Path> found =
                  RecordShard.children(
                      clips, path -> Files.isDirectory(path) || AnimatedFile.isNamedSo(path));
              if (found.isEmpty()) {
                throw new InputException(
                    clips
                        + ": expected clips: a folder of numbered frames each, or animated GIF,"
                        + " WebP or PNG files");
              }
              return new LazyList<>(found.size(), i -> sample(found.get(i), framesPerSecond));
            }));
  }

  private static Sample sample(Path clip, double framesPerSecond) {
    if (Files.isDirectory(clip)) {
      String name = String.valueOf(clip.getFileName());
      return sample(
          clip, name, frames(clip, framesPerSecond), Map.of("frames_per_second", framesPerSecond));
    }
    var file = new AnimatedFile(clip);
    String name = String.valueOf(clip.getFileName());
    return sample(
        clip,
        name.substring(0, name.lastIndexOf('.')),
        file.frames(),
        Map.of("seconds", file.seconds()));
  }

  private static Sample sample(
      Path clip, String name, Part.Frames frames, Map<String, @Nullable Object> metadata) {
    var parts = new ArrayList<Part>();
    parts.add(frames);
    Path text = clip.resolveSibling(name + ".txt");
    if (Files.exists(text)) {
      try {
        parts.add(new Part.Text(Files.readString(text).strip()));
      } catch (IOException e) {
        throw Json.cannotRead(text, e);
      }
    }
    return new Sample(name.replace('.', '_'), clip.toString(), parts, metadata);
  }

  /** The frames of one folder, by the numbers in their names. */
  static Part.Frames frames(Path folder, double framesPerSecond) {
    var byNumber = new TreeMap<BigInteger, Path>();
    for (Path file :
        RecordShard.children(
            folder, file -> PictureNames.isPicture(file) && Files.isRegularFile(file))) {
      var number = LAST_NUMBER.matcher(RecordShard.stem(file));
      if (!number.find()) {
        throw new InputException(file + ": a frame without a number in its name");
      }
      Path other = byNumber.put(new BigInteger(number.group(1)), file);
      if (other != null) {
        throw new InputException("%s: the same number as %s".formatted(file, other.getFileName()));
      }
    }
    if (byNumber.isEmpty()) {
      throw new InputException(folder + ": no frames in this folder");
    }
    BigInteger first = byNumber.firstKey();
    return new Part.Frames(
        byNumber.values().stream().map(Picture::file).toList(),
        byNumber.keySet().stream()
            .map(number -> number.subtract(first).doubleValue() / framesPerSecond)
            .toList());
  }
}
