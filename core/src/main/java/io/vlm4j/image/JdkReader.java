package io.vlm4j.image;

import io.vlm4j.io.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The JDK's own readers, whatever plug-ins are on the class path. */
final class JdkReader {
  private static final Pattern TRUNCATION =
      Pattern.compile("premature|truncated|eof|end of", Pattern.CASE_INSENSITIVE);

  private interface Step<T> {
    T read(ImageReader reader) throws IOException;
  }

  private JdkReader() {}

  /** The picture, in colours that the JDK made of it. */
  static BufferedImage image(String format, byte[] file, ImageDecoder.Options options) {
    return read(format, file, options, reader -> reader.read(0));
  }

  /** The picture's values as they are stored. */
  static Raster raster(String format, byte[] file, ImageDecoder.Options options) {
    return read(format, file, options, reader -> reader.readRaster(0, null));
  }

  private static <T> T read(
      String format, byte[] file, ImageDecoder.Options options, Step<T> step) {
    ImageReader reader = reader(format);
    // A reader fills what a truncated file lacks with grey, and only warns, among other things.
    var truncation = new AtomicReference<>("");
    reader.addIIOReadWarningListener((_, message) -> {
      if (TRUNCATION.matcher(message).find()) {
        truncation.set(message);
      }
    });
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(input, true, false);
      options.check(reader.getWidth(0), reader.getHeight(0));
      T result = step.read(reader);
      if (!truncation.get().isEmpty()) {
        throw new InputException("truncated picture: " + truncation.get());
      }
      return result;
    } catch (InputException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // the readers throw all kinds
      throw new InputException("damaged or truncated picture: " + firstLine(e), e);
    } finally {
      reader.dispose();
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("?");
  }

  private static ImageReader reader(String format) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (reader.getClass().getName().startsWith("com.sun.imageio.")) {
        return reader;
      }
    }
    throw new IllegalStateException("this JDK has no reader for " + format);
  }
}
