package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.io.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder of a data set's videos, each a folder of numbered frames or an animated GIF, WebP or
 * PNG file (as in {@link ClipFolders}). Compressed videos are not decoded.
 */
final class VideoFolder {
  private static final List<String> ANIMATED = List.of("gif", "webp", "png", "apng");
  private static final List<String> COMPRESSED = List.of("mp4", "avi", "mkv", "webm", "mov");

  private final PictureFolder folder;

  VideoFolder(Path root) {
    folder = new PictureFolder(root);
  }

  /**
   * The frames of the video with one of these names, the first that is there.
   *
   * @throws InputException if there is none, or one that would have to be decoded
   */
  Part.Frames named(List<String> names) {
    for (String name : names) {
      Path place = folder.locate(name);
      if (Files.isDirectory(place)) {
        return ClipFolders.frames(place, 1);
      }
      for (String ending : ANIMATED) {
        Path file = folder.locate(name + "." + ending);
        if (Files.isRegularFile(file)) {
          return new AnimatedFile(file).frames();
        }
      }
    }
    for (String name : names) {
      for (String ending : COMPRESSED) {
        Path file = folder.locate(name + "." + ending);
        if (Files.isRegularFile(file)) {
          throw new InputException(
              "%s: compressed videos are not decoded; put its frames into the folder %s as 0001.jpg,"
                      .formatted(file, folder.locate(name))
                  + " 0002.jpg, ...");
        }
      }
    }
    throw new InputException(
        "no video %s in %s: expected a folder of numbered frames, or an animated file"
            .formatted(String.join(" or ", names), folder.root()));
  }
}
