package io.vlm4j.model;

import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The codes of a picture.
 *
 * @param height rows of codes
 * @param width codes in a row
 * @param codes row by row; not copied
 */
public record CodeGrid(int height, int width, int[] codes) {
  private static final int BATCH = 32;

  /** Checks that the codes fill the grid. */
  public CodeGrid {
    if (height < 1 || width < 1 || codes.length != Math.multiplyExact(height, width)) {
      throw new InputException(
          codes.length + " codes are no grid of " + height + " rows of " + width);
    }
  }

  /** Encodes pictures, a batch at a time. */
  public static List<CodeGrid> of(
      ImageTokenizer tokenizer, Preprocessing preprocessing, Device device, List<Pixels> pictures) {
    var grids = new ArrayList<CodeGrid>();
    for (int from = 0; from < pictures.size(); from += BATCH) {
      var some = pictures.subList(from, Math.min(pictures.size(), from + BATCH));
      try (var _ = new Scope()) {
        Tensor pixels =
            preprocessing.toTensor(some.parallelStream().map(preprocessing::square).toList());
        grids.addAll(of(tokenizer.encode(on(device, pixels))));
      }
    }
    return grids;
  }

  /** The grids of codes i64 {@code [B, h, w]}. */
  public static List<CodeGrid> of(Tensor codes) {
    int height = Math.toIntExact(codes.size(1));
    int width = Math.toIntExact(codes.size(2));
    int[] values = LongStream.of(Tensors.toLongs(codes)).mapToInt(Math::toIntExact).toArray();
    var grids = new ArrayList<CodeGrid>();
    for (int at = 0; at < values.length; at += height * width) {
      grids.add(new CodeGrid(height, width, Arrays.copyOfRange(values, at, at + height * width)));
    }
    return grids;
  }

  /**
   * The picture that a tokenizer makes of the codes.
   *
   * @throws InputException if a code is none of the tokenizer's
   */
  public Pixels picture(ImageTokenizer tokenizer, Device device) {
    try (var _ = new Scope()) {
      long[] values = Arrays.stream(codes).asLongStream().toArray();
      Tensor indices = Tensors.of(values, 1, height, width);
      return Pixels.ofUnit(tokenizer.decode(on(device, indices))).getFirst();
    }
  }

  private static Tensor on(Device device, Tensor tensor) {
    return device.is_cpu() ? tensor : tensor.to(device, tensor.scalar_type());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CodeGrid(int h, int w, int[] values)
        && h == height
        && w == width
        && Arrays.equals(values, codes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(codes);
  }

  @Override
  public String toString() {
    return "CodeGrid[" + height + " x " + width + "]";
  }
}
