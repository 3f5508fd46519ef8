package io.vlm4j.data.download;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.ImageHeader;
import io.vlm4j.image.Reencoding.Frame;
import io.vlm4j.io.Digests;
import io.vlm4j.io.InputException;
import org.jspecify.annotations.Nullable;

/**
 * Makes what is stored of what was fetched. Decodes only if it must: what a picture needs not is
 * some tens of microseconds for its hash and its header.
 */
final class PictureMaker {
  /**
   * A picture to store.
   *
   * @param bytes of its file
   * @param exif as JSON; null if it is not wanted or not readable
   * @param sha256 of the file that came
   */
  record Made(
      byte[] bytes,
      ImageFormat format,
      int width,
      int height,
      int originalWidth,
      int originalHeight,
      @Nullable String exif,
      String sha256) {}

  private final PictureRecipe recipe;

  PictureMaker(PictureRecipe recipe) {
    this.recipe = recipe;
  }

  /**
   * The picture in a file.
   *
   * @param sha256 that it must have; empty for any
   * @param type what the host calls it, for the message
   */
  Made make(byte[] file, String sha256, String type) throws DownloadFailure {
    String found = Digests.sha256(file);
    if (!sha256.isEmpty() && !sha256.equalsIgnoreCase(found)) {
      throw DownloadFailure.download("another sha256", found);
    }
    requirePicture(file, type);
    try {
      ImageHeader header = ImageHeader.read(file);
      requireWanted(header);
      return make(file, header, found);
    } catch (InputException e) {
      throw DownloadFailure.picture("damaged picture", String.valueOf(e.getMessage()));
    }
  }

  private static void requirePicture(byte[] file, String type) throws DownloadFailure {
    try {
      ImageFormat.of(file);
    } catch (InputException _) {
      throw DownloadFailure.picture("not a picture in a known format", type);
    }
  }

  private void requireWanted(ImageHeader header) throws DownloadFailure {
    int shorter = Math.min(header.width(), header.height());
    int longer = Math.max(header.width(), header.height());
    if (shorter < recipe.minSize()) {
      throw DownloadFailure.picture("image too small");
    }
    if ((long) shorter * longer > recipe.maxArea()) {
      throw DownloadFailure.picture("image area too large");
    }
    if (longer / (double) shorter > recipe.maxAspectRatio()) {
      throw DownloadFailure.picture("aspect ratio too large");
    }
  }

  private Made make(byte[] file, ImageHeader header, String hash) {
    int width = header.width();
    int height = header.height();
    Frame frame = recipe.mode().frame(width, height, recipe.size(), recipe.onlyIfBigger());
    String exif = recipe.exif() ? Exif.json(header.exif()) : null;
    if (isKept(header, frame)) {
      if (!header.ended()) {
        ImageDecoder.decode(file); // names what is missing, if more than the end is
      }
      return new Made(file, header.format(), width, height, width, height, exif, hash);
    }
    return new Made(
        recipe.encoding().apply(file, header, frame),
        recipe.encoding().format(),
        frame.canvasWidth(),
        frame.canvasHeight(),
        width,
        height,
        exif,
        hash);
  }

  private boolean isKept(ImageHeader header, Frame frame) {
    return switch (recipe.reencode()) {
      case NEVER -> true;
      case ALWAYS -> false;
      case WHEN_NEEDED ->
          header.format() == recipe.encoding().format()
              && frame.equals(Frame.of(header.width(), header.height()));
    };
  }
}
