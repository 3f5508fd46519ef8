package io.vlm4j.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Archives of small files among the tests' resources. */
final class ZipEntries {
  private ZipEntries() {}

  /** The entries of an archive beside this class, by name. */
  static Map<String, byte[]> of(String resource) throws IOException {
    var entries = new LinkedHashMap<String, byte[]>();
    try (var zip =
        new ZipInputStream(requireNonNull(ZipEntries.class.getResourceAsStream(resource)))) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    }
    return entries;
  }

  static byte[] get(Map<String, byte[]> entries, String name) {
    return requireNonNull(entries.get(name), name);
  }

  /** The picture of a binary PPM file as Pillow writes it. */
  static Pixels ppm(byte[] file) {
    String[] header =
        new String(file, 0, Math.min(file.length, 30), StandardCharsets.ISO_8859_1).split("\\s", 5);
    int width = Integer.parseInt(header[1]);
    int height = Integer.parseInt(header[2]);
    return new Pixels(
        width, height, Arrays.copyOfRange(file, file.length - 3 * width * height, file.length));
  }
}
