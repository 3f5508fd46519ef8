package io.vlm4j.cli;

import io.vlm4j.data.download.PictureRecipe;
import io.vlm4j.data.download.PictureRecipe.Reencode;
import io.vlm4j.data.download.ResizeMode;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.Reencoding;
import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What becomes of the pictures that are downloaded. */
final class DownloadPictures {
  @Option(
      names = "--resize-mode",
      paramLabel = "MODE",
      defaultValue = "border",
      description =
          "no, border, keep_ratio, keep_ratio_largest or center_crop (default: ${DEFAULT-VALUE}).")
  private String resizeMode = "border";

  @Option(
      names = "--image-size",
      paramLabel = "PX",
      defaultValue = "256",
      description = "Side that pictures are resized to (default: ${DEFAULT-VALUE}).")
  private int size = 256;

  @Option(
      names = "--resize-only-if-bigger",
      description = "Leave pictures that are smaller as they are.")
  private boolean onlyIfBigger;

  @Option(
      names = "--encode-format",
      paramLabel = "FORMAT",
      defaultValue = "jpg",
      description = "jpg, png or webp (default: ${DEFAULT-VALUE}).")
  private String format = "jpg";

  @Option(
      names = "--encode-quality",
      paramLabel = "Q",
      description = "1 to 100 of jpg and webp (default: 95), 0 to 9 of png (default: 6).")
  private @Nullable Integer quality;

  @Option(
      names = "--disable-reencoding",
      description = "Keep every file as it came; only with --resize-mode no.")
  private boolean keep;

  @Option(
      names = "--min-image-size",
      paramLabel = "PX",
      defaultValue = "0",
      description = "Refuse pictures with a shorter side (default: ${DEFAULT-VALUE}).")
  private int minSize;

  @Option(
      names = "--max-aspect-ratio",
      paramLabel = "R",
      defaultValue = "Infinity",
      description = "Refuse pictures whose sides differ by more (default: none are).")
  private double maxAspectRatio = Double.POSITIVE_INFINITY;

  /** The recipe that the options describe. */
  PictureRecipe recipe() {
    return PictureRecipe.DEFAULT
        .withResize(ResizeMode.of(resizeMode), size, onlyIfBigger)
        .withEncoding(encoding(), keep ? Reencode.NEVER : Reencode.WHEN_NEEDED)
        .withFilter(minSize, maxAspectRatio, PictureRecipe.DEFAULT.maxArea());
  }

  private Reencoding encoding() {
    ImageFormat as = format();
    int usual = as == ImageFormat.PNG ? 6 : 95;
    return new Reencoding(as, quality == null ? usual : quality);
  }

  private ImageFormat format() {
    return Arrays.stream(ImageFormat.values())
        .filter(known -> known.ending().equals(format.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "--encode-format: '%s' is not one of jpg, png, webp".formatted(format)));
  }
}
