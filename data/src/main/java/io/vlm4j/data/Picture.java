package io.vlm4j.data;

import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.Supplier;

/**
 * A picture of a sample, read only when it is asked for, and then each time.
 *
 * <p>It is known by the bytes of its file, or by its pixels where there is no file (a rendered
 * icon). Safe for any number of threads.
 */
public final class Picture implements Part {
  /** Reads the bytes of a picture's file. */
  @FunctionalInterface
  public interface Bytes {
    /** All bytes. */
    byte[] read() throws IOException;
  }

  private final String name;
  private final Supplier<byte[]> bytes;
  private final Supplier<Pixels> pixels;

  private final boolean isDrawn;

  private Picture(String name, Supplier<byte[]> bytes, Supplier<Pixels> pixels, boolean isDrawn) {
    this.name = name;
    this.bytes = bytes;
    this.pixels = pixels;
    this.isDrawn = isDrawn;
  }

  /**
   * A picture in one of the formats of {@link ImageDecoder}.
   *
   * @param name what it is called where it is stored, for messages and when it is written: a file,
   *     the member of an archive, a column
   */
  public static Picture encoded(String name, Bytes source) {
    Supplier<byte[]> read =
        () -> {
          try {
            return source.read();
          } catch (IOException e) {
            throw new InputException("cannot read " + name + ": " + AtomicFiles.reason(e), e);
          }
        };
    return new Picture(name, read, () -> decode(name, read.get()), false);
  }

  /** A picture file. */
  public static Picture file(Path file) {
    return encoded(file.toString(), () -> Files.readAllBytes(file));
  }

  /** A picture that is drawn when it is asked for; its bytes are a PNG. */
  public static Picture drawn(String name, Supplier<Pixels> pixels) {
    return new Picture(name, () -> ImageEncoder.png(pixels.get()), pixels, true);
  }

  private static Pixels decode(String name, byte[] file) {
    try {
      return ImageDecoder.decode(file);
    } catch (InputException e) {
      throw new InputException(name + ": " + e.getMessage(), e);
    }
  }

  /** What it is called where it is stored. */
  public String name() {
    return name;
  }

  /**
   * The bytes of its file.
   *
   * @throws InputException if they cannot be read
   */
  public byte[] bytes() {
    return bytes.get();
  }

  /**
   * The decoded picture.
   *
   * @throws InputException if it cannot be read or decoded
   */
  public Pixels pixels() {
    return pixels.get();
  }

  /**
   * Adds its content to a hash: the bytes of its file, or the size, colours and opacity of what is
   * drawn, which do not depend on how a PNG is packed.
   *
   * @throws InputException if it cannot be read
   */
  public void addTo(MessageDigest digest) {
    if (!isDrawn) {
      digest.update(bytes());
      return;
    }
    Pixels drawn = pixels();
    digest.update(ByteBuffer.allocate(8).putInt(drawn.width()).putInt(drawn.height()).flip());
    digest.update(drawn.rgb());
    if (drawn.alpha() != null) {
      digest.update(drawn.alpha());
    }
  }

  @Override
  public String toString() {
    return "Picture[" + name + "]";
  }
}
