package io.vlm4j.io.hub;

import io.vlm4j.io.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The hub names content by its hash: SHA-256 if it is kept as a large file, Git's SHA-1 of a blob
 * otherwise.
 */
final class ContentHash {
  private static final int CHUNK = 1 << 18;

  private ContentHash() {}

  /**
   * The hash of a file, of the kind that {@code etag} is; {@code etag} itself if it is of neither
   * kind, as that of a mirror may be, because then there is nothing to compare.
   */
  static String of(Path file, String etag) throws IOException {
    if (etag.matches("[0-9a-f]{64}")) {
      return digest(file, Digests.sha256());
    }
    if (etag.matches("[0-9a-f]{40}")) {
      MessageDigest digest = Digests.sha1();
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
      return digest(file, digest);
    }
    return etag;
  }

  private static String digest(Path file, MessageDigest digest) throws IOException {
    var chunk = new byte[CHUNK];
    try (var stream = Files.newInputStream(file)) {
      for (int length = stream.read(chunk); length >= 0; length = stream.read(chunk)) {
        digest.update(chunk, 0, length);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
