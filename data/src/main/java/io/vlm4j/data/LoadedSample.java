package io.vlm4j.data;

import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Part.Frames;
import io.vlm4j.data.Part.Preference;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.util.List;

/** Takes the bytes of a sample into memory, so that nothing of it can fail to be read later. */
final class LoadedSample {
  private LoadedSample() {}

  /**
   * The sample with its pictures and attachments in memory.
   *
   * @throws InputException if one cannot be read, or a picture is in no known format
   */
  static Sample of(Sample sample) {
    return sample.withParts(parts(sample.parts(), sample.origin()));
  }

  private static List<Part> parts(List<? extends Part> parts, String origin) {
    return parts.stream().map(part -> part(part, origin)).toList();
  }

  private static Part part(Part part, String origin) {
    return switch (part) {
      case Picture picture -> picture(picture);
      case Attachment(String name, Picture.Bytes source) -> {
        byte[] bytes = read(source, origin);
        yield new Attachment(name, () -> bytes);
      }
      case Frames(List<Picture> pictures, List<Double> seconds) ->
          new Frames(pictures.stream().map(LoadedSample::picture).toList(), seconds);
      case Turn turn -> turn(turn, origin);
      case Preference(List<Turn> prompt, List<Turn> chosen, List<Turn> rejected) ->
          new Preference(turns(prompt, origin), turns(chosen, origin), turns(rejected, origin));
      default -> part;
    };
  }

  private static List<Turn> turns(List<Turn> turns, String origin) {
    return turns.stream().map(turn -> turn(turn, origin)).toList();
  }

  private static Turn turn(Turn turn, String origin) {
    return new Turn(turn.role(), parts(turn.content(), origin));
  }

  private static Picture picture(Picture picture) {
    byte[] bytes = picture.bytes();
    try {
      ImageFormat.of(bytes);
    } catch (InputException e) {
      throw new InputException(picture.name() + ": " + e.getMessage(), e);
    }
    return Picture.encoded(picture.name(), () -> bytes);
  }

  private static byte[] read(Picture.Bytes source, String origin) {
    try {
      return source.read();
    } catch (IOException e) {
      throw new InputException(
          origin + ": an attachment cannot be read: " + AtomicFiles.reason(e), e);
    }
  }
}
