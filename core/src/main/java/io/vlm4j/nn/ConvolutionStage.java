package io.vlm4j.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The blocks of one size of a {@link ConvolutionEncoder} or {@link ConvolutionDecoder}. */
final class ConvolutionStage extends Module {
  private final List<ResidualBlock> blocks = new ArrayList<>();
  private final List<SpatialAttention> attentions = new ArrayList<>();

  /** How a stage ends. */
  enum End {
    /** With pictures of half the sides, by a convolution of stride 2. */
    HALVED,
    /** With pictures of twice the sides: each pixel four times, then a convolution. */
    DOUBLED,
    /** With pictures of the same size. */
    SAME
  }

  private final End end;
  private final @Nullable Convolution resize;

  ConvolutionStage(
      long in, long out, int count, boolean attends, End end, ConvolutionEncoder.Config config) {
    long from = in;
    for (int i = 0; i < count; i++) {
      blocks.add(child("block." + i, config.block(from, out)));
      if (attends) {
        attentions.add(child("attention." + i, config.attention(out)));
      }
      from = out;
    }
    this.end = end;
    resize =
        switch (end) {
          case HALVED -> child("downsample", new Convolution(out, out, 3, 2, 0));
          case DOUBLED -> child("upsample", new Convolution(out, out, 3));
          case SAME -> null;
        };
  }

  Tensor forward(Tensor x) {
    return call(
        () -> {
          Tensor h = x;
          for (int i = 0; i < blocks.size(); i++) {
            h = blocks.get(i).forward(h);
            if (!attentions.isEmpty()) {
              h = attentions.get(i).forward(h);
            }
          }
          return resize == null ? h : resized(h, resize);
        },
        x);
  }

  /** The convolution that halves has a margin of zeros at the right and the bottom alone. */
  private Tensor resized(Tensor h, Convolution resize) {
    return end == End.HALVED
        ? resize.forward(torch.constant_pad_nd(h, 0, 1, 0, 1))
        : resize.forward(torch.upsample_nearest2d(h, new long[] {2 * h.size(2), 2 * h.size(3)}));
  }

  /** A block, attention and another block, without a change of size or channels. */
  static final class Middle extends Module {
    private final ResidualBlock block1;
    private final SpatialAttention attention;
    private final ResidualBlock block2;

    Middle(long channels, ConvolutionEncoder.Config config) {
      block1 = child("block1", config.block(channels, channels));
      attention = child("attention", config.attention(channels));
      block2 = child("block2", config.block(channels, channels));
    }

    Tensor forward(Tensor x) {
      return call(() -> block2.forward(attention.forward(block1.forward(x))), x);
    }
  }
}
