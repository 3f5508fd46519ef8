package io.vlm4j.image;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** What Pillow 9.4 makes of the fixtures' image files. */
final class PillowPixels {
  private static final Map<String, Pixels> ALL = new LinkedHashMap<>();

  private PillowPixels() {}

  /** The picture of that file after {@code step}: decoded, clip224, squash224 or bilinear224. */
  static synchronized Pixels of(String file, String step) {
    if (ALL.isEmpty()) {
      try (var _ = new Scope()) {
        Fixtures.tensors("pixels/expected.safetensors")
            .forEach((name, tensor) -> {
              ByteBuffer bytes = Tensors.bytes(tensor);
              var rgb = new byte[bytes.remaining()];
              bytes.get(rgb);
              ALL.put(name, new Pixels((int) tensor.size(1), (int) tensor.size(0), rgb));
            });
      }
    }
    return ALL.get(file + ":" + step);
  }
}
