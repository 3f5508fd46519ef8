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

/**
 * Short videos as frames: a folder a clip, in it pictures with numbers ({@code frame_0007.jpg}),
 * and perhaps a text beside it ({@code <clip>.txt}).
 *
 * <p>A sample is the frames in the order of their numbers and the text; its key is the folder's
 * name. Numbers may begin anywhere and leave gaps, which take their time. Animated GIF and WebP
 * files are not read as clips: the picture decoder gives their first frame only.
 */
public final class ClipFolders {
  private static final Pattern LAST_NUMBER = Pattern.compile("(\\d+)\\D*$");

  private ClipFolders() {}

  /**
   * The samples of a folder of clips.
   *
   * @param framesPerSecond how many numbers make a second
   */
  public static Source read(Path clips, double framesPerSecond) {
    if (!(framesPerSecond > 0) || Double.isInfinite(framesPerSecond)) {
      throw new InputException(framesPerSecond + " frames per second: must be above 0");
    }
    return Source.of(
        new RecordShard(
            clips.toString(),
            () -> {
              List<Path> folders = RecordShard.children(clips, Files::isDirectory);
              if (folders.isEmpty()) {
                throw new InputException(
                    clips + ": expected clips: a folder of numbered frames each");
              }
              return new LazyList<>(folders.size(), i -> sample(folders.get(i), framesPerSecond));
            }));
  }

  private static Sample sample(Path folder, double framesPerSecond) {
    var parts = new ArrayList<Part>();
    parts.add(frames(folder, framesPerSecond));
    String name = String.valueOf(folder.getFileName());
    Path text = folder.resolveSibling(name + ".txt");
    if (Files.exists(text)) {
      try {
        parts.add(new Part.Text(Files.readString(text).strip()));
      } catch (IOException e) {
        throw Json.cannotRead(text, e);
      }
    }
    return new Sample(
        name.replace('.', '_'),
        folder.toString(),
        parts,
        Map.of("frames_per_second", framesPerSecond));
  }

  private static Part.Frames frames(Path folder, double framesPerSecond) {
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
