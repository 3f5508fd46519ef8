package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.io.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * What a benchmark asks about.
 *
 * @param name for people
 * @param hash SHA-256 of all pictures and texts in their order; of a picture in a file that file's
 *     bytes count, of a drawn one its pixels
 * @param size number of samples
 * @param pictures number of pictures, each as often as it is shown
 */
public record TestData(String name, String hash, int size, int pictures) {
  /** Adds up a hash. */
  public static final class Hash {
    private final MessageDigest digest = Digests.sha256();
    private int samples;
    private int pictures;

    /** Adds a text, which ends where it ends: two texts are not one. */
    public Hash add(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
      return this;
    }

    /** Adds a picture. */
    public Hash add(Picture picture) {
      picture.addTo(digest);
      pictures++;
      return this;
    }

    /** Counts a sample. */
    public Hash next() {
      samples++;
      return this;
    }

    /** The sum. */
    public TestData sum(String name) {
      return new TestData(name, HexFormat.of().formatHex(digest.digest()), samples, pictures);
    }
  }
}
