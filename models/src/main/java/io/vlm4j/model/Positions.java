package io.vlm4j.model;

import io.vlm4j.nn.Interpolation;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A table of learned positions {@code [N, D]} that can serve another number of positions than it
 * was trained for.
 */
public sealed interface Positions {
  /** Of the patches of a square picture, row by row, after {@code leading} other tokens. */
  record Grid(int leading) implements Positions {}

  /** Of the tokens of a text, before {@code trailing} others. */
  record Sequence(int trailing) implements Positions {}

  /** How {@code found} rows can become {@code wanted}, in words; null if they cannot. */
  default @Nullable String adaptation(long found, long wanted) {
    return switch (this) {
      case Grid(int leading) -> {
        long from = side(found - leading);
        long to = side(wanted - leading);
        yield from < 1 || to < 1
            ? null
            : "interpolated from %d x %d to %d x %d".formatted(from, from, to, to);
      }
      case Sequence(int trailing) ->
          wanted < found ? "cut after " + (wanted - trailing) + " positions" : null;
    };
  }

  /**
   * A table of {@code wanted} rows; grids by bicubic interpolation with antialiasing, as OpenCLIP
   * does, in f32.
   */
  default Tensor adapted(Tensor table, long wanted) {
    return switch (this) {
      case Grid(int leading) -> {
        Tensor patches = Tensors.slice(table, 0, leading, table.size(0)).to(ScalarType.Float);
        Tensor resized = resize(patches, side(patches.size(0)), side(wanted - leading));
        yield leading == 0
            ? resized
            : torch.cat(
                new TensorVector(Tensors.slice(table, 0, 0, leading).to(ScalarType.Float), resized),
                0);
      }
      case Sequence(int trailing) -> {
        Tensor kept = Tensors.slice(table, 0, 0, wanted - trailing);
        long end = table.size(0);
        yield trailing == 0
            ? kept
            : torch.cat(new TensorVector(kept, Tensors.slice(table, 0, end - trailing, end)), 0);
      }
    };
  }

  private static Tensor resize(Tensor patches, long from, long to) {
    Tensor grid = patches.reshape(1, from, from, patches.size(1)).permute(0, 3, 1, 2);
    return Interpolation.bicubic(grid, to).permute(0, 2, 3, 1).reshape(to * to, patches.size(1));
  }

  private static long side(long count) {
    long side = count < 0 ? -1 : Math.round(Math.sqrt(count));
    return side * side == count ? side : -1;
  }
}
