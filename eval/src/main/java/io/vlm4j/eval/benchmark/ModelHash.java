package io.vlm4j.eval.benchmark;

import io.vlm4j.io.Digests;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A model folder in one hash: SHA-256 of the names and bytes of its files, but for its README. */
public final class ModelHash {
  private ModelHash() {}

  /**
   * Reads all files.
   *
   * @throws io.vlm4j.io.InputException if one cannot be read
   */
  public static String of(ModelFolder model) {
    MessageDigest digest = Digests.sha256();
    model.folders().forEach(folder -> add(folder, digest));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(Path folder, MessageDigest digest) {
    try (Stream<Path> all = Files.list(folder);
        var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      List<Path> files =
          all.filter(Files::isRegularFile)
              .filter(file -> !file.endsWith("README.md"))
              .sorted()
              .toList();
      for (Path file : files) {
        out.write((file.getFileName() + ":" + Files.size(file)).getBytes(StandardCharsets.UTF_8));
        try (InputStream in = Files.newInputStream(file)) {
          in.transferTo(out);
        }
      }
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }
}
