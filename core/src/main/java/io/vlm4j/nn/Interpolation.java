package io.vlm4j.nn;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.InterpolateMode;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.LongVectorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kBicubic;

/** Values between the points of a grid. */
public final class Interpolation {
  private Interpolation() {}

  /**
   * Square grids of another side, bicubic and antialiased: f32 {@code [B, D, n, n] -> [B, D, side,
   * side]}.
   */
  public static Tensor bicubic(Tensor grids, long side) {
    var options = new InterpolateFuncOptions();
    options.size().put(new LongVectorOptional(new LongVector(side, side)));
    options.mode().put(new InterpolateMode(new kBicubic()));
    options.align_corners().put(new BoolOptional(false));
    options.antialias().put(true);
    return torch.interpolate(grids, options);
  }
}
