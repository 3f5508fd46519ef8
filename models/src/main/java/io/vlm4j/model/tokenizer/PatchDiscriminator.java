package io.vlm4j.model.tokenizer;

import io.vlm4j.nn.BatchNorm;
import io.vlm4j.nn.Convolution;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.Module;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Judges for each patch of a picture whether it is a picture's or made (1611.07004, appendix
 * 6.1.2): convolutions 4 x 4, of stride 2 but for the last two, with batch norms between: {@code
 * [B, 3, H, W] -> [B, 1, h, w]}.
 */
final class PatchDiscriminator extends Module {
  private static final double STD = 0.02;
  private static final float SLOPE = 0.2f;
  private static final int WIDEST = 8;

  private final List<Convolution> convolutions = new ArrayList<>();
  private final List<@Nullable BatchNorm> norms = new ArrayList<>();

  /**
   * Random weights, as pix2pix draws them.
   *
   * @param channels after the first convolution
   * @param halvings convolutions of stride 2
   */
  PatchDiscriminator(long channels, int halvings) {
    layer(3, channels, 2, false);
    long in = channels;
    for (int i = 1; i <= halvings; i++) {
      long out = channels * Math.min(1L << i, WIDEST);
      layer(in, out, i < halvings ? 2 : 1, true);
      in = out;
    }
    layer(in, 1, 1, false);
  }

  private void layer(long in, long out, long stride, boolean isNormed) {
    String number = Integer.toString(convolutions.size());
    // A norm would take away what a bias adds.
    @Nullable Tensor bias = isNormed ? null : Init.zeros(out);
    convolutions.add(
        child("conv." + number, new Convolution(Init.normal(STD, out, in, 4, 4), bias, stride, 1)));
    norms.add(
        isNormed ? child("norm." + number, new BatchNorm(Init.normalAround(1, STD, out))) : null);
  }

  /** High for what looks like a picture. */
  Tensor forward(Tensor x) {
    return call(
        () -> {
          Tensor h = x;
          for (int i = 0; i < convolutions.size() - 1; i++) {
            h = convolutions.get(i).forward(h);
            BatchNorm norm = norms.get(i);
            h = torch.leaky_relu(norm == null ? h : norm.forward(h), new Scalar(SLOPE));
          }
          return convolutions.getLast().forward(h);
        },
        x);
  }
}
