package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes image files to RGB as Pillow's {@code convert("RGB")} does: transparency is dropped, grey
 * is repeated. Formats are those of ImageIO and of the plug-ins on the class path.
 */
public final class ImageDecoder {
  /** Larger pictures are refused: a small file can claim any size. */
  private static final long MAX_PIXELS = 178_956_970; // where Pillow warns

  private static final Pattern TRUNCATION =
      Pattern.compile("premature|truncated|eof|end of", Pattern.CASE_INSENSITIVE);

  static {
    ImageIO.setUseCache(false);
  }

  private ImageDecoder() {}

  /**
   * The picture in {@code file}, the bytes of an image file.
   *
   * @throws InputException if they are no picture, a truncated one, or one of too many pixels
   */
  public static Pixels decode(byte[] file) {
    if (isCutWebp(file)) {
      throw new InputException("truncated picture: fewer bytes than its header says");
    }
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new InputException(
            file.length == 0 ? "the file is empty" : "not a picture in a known format");
      }
      ImageReader reader = readers.next();
      try {
        return toPixels(read(reader, input));
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new InputException("damaged or truncated picture: " + e.getMessage(), e);
    }
  }

  /** A WebP file says how long it is; its reader does not look. */
  private static boolean isCutWebp(byte[] file) {
    if (file.length < 12
        || !new String(file, 0, 4, StandardCharsets.US_ASCII).equals("RIFF")
        || !new String(file, 8, 4, StandardCharsets.US_ASCII).equals("WEBP")) {
      return false;
    }
    int size = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
    return file.length - 8 < Integer.toUnsignedLong(size);
  }

  private static BufferedImage read(ImageReader reader, ImageInputStream input) throws IOException {
    // A reader fills what a truncated file lacks with grey, and only warns, among other things.
    var truncation = new AtomicReference<>("");
    reader.addIIOReadWarningListener((_, message) -> {
      if (TRUNCATION.matcher(message).find()) {
        truncation.set(message);
      }
    });
    reader.setInput(input, true, true);
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > MAX_PIXELS) {
      throw new InputException(
          "the picture claims " + pixels + " pixels; at most " + MAX_PIXELS + " are read");
    }
    BufferedImage image = reader.read(0);
    if (!truncation.get().isEmpty()) {
      throw new InputException("truncated picture: " + truncation.get());
    }
    return image;
  }

  private static Pixels toPixels(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    var rgb = new byte[3 * width * height];
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && isWhole(image)) {
      byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i] = bgr[i + 2];
        rgb[i + 1] = bgr[i + 1];
        rgb[i + 2] = bgr[i];
      }
    } else if (image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
      // getRGB would convert from a linear grey space and so change the values.
      int[] grey = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
      for (int i = 0; i < grey.length; i++) {
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = (byte) grey[i];
      }
    } else {
      var row = new int[width];
      for (int y = 0, i = 0; y < height; y++) {
        image.getRGB(0, y, width, 1, row, 0, width);
        for (int argb : row) {
          rgb[i++] = (byte) (argb >> 16);
          rgb[i++] = (byte) (argb >> 8);
          rgb[i++] = (byte) argb;
        }
      }
    }
    return new Pixels(width, height, rgb);
  }

  private static boolean isWhole(BufferedImage image) {
    return image.getRaster().getParent() == null
        && image.getRaster().getDataBuffer().getSize() == 3 * image.getWidth() * image.getHeight();
  }
}
