package io.vlm4j.nn;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The encoder of VQGAN (2012.09841, table 7) and of latent diffusion: residual blocks at ever half
 * the size, with attention at some, {@code [B, 3, H, W] -> [B, latentChannels, H/f, W/f]}, f being
 * 2 to the number of multipliers less one.
 */
public final class ConvolutionEncoder extends Module {
  static final double EPSILON = 1e-6;

  /**
   * What the encoder and its {@linkplain ConvolutionDecoder decoder} are made of.
   *
   * @param imageSize the side of pictures, in pixels, that attention's sizes are counted from;
   *     others are taken too
   * @param channels at full size
   * @param multipliers of the channels, one for each size, the full one first
   * @param blocks residual blocks at each size; the decoder has one more
   * @param attentionSides at which sides of the picture each block is followed by attention
   * @param latentChannels of the result
   * @param groups of the group norms; they divide all numbers of channels
   */
  public record Config(
      int imageSize,
      int channels,
      List<Integer> multipliers,
      int blocks,
      List<Integer> attentionSides,
      int latentChannels,
      int groups) {
    /** Checks the numbers. */
    public Config {
      if (multipliers.isEmpty() || multipliers.stream().anyMatch(m -> m < 1)) {
        throw new InputException("multipliers must be at least 1 each, not " + multipliers);
      }
      if (channels < 1 || blocks < 1 || latentChannels < 1 || groups < 1) {
        throw new InputException(
            "channels, blocks, latentChannels and groups must be at least 1, not %d, %d, %d and %d"
                .formatted(channels, blocks, latentChannels, groups));
      }
      if (channels % groups != 0) {
        throw new InputException(
            "channels must be a multiple of the %d groups, not %d".formatted(groups, channels));
      }
      int f = 1 << (multipliers.size() - 1);
      if (imageSize < f || imageSize % f != 0) {
        throw new InputException(
            "%d multipliers make one place of %d x %d pixels: an imageSize of %d is no multiple"
                .formatted(multipliers.size(), f, f, imageSize));
      }
      multipliers = List.copyOf(multipliers);
      attentionSides = List.copyOf(attentionSides);
    }

    /** f, the side in pixels of the square that a place of the result stands for. */
    @JsonIgnore
    public int downsampling() {
      return 1 << (multipliers.size() - 1);
    }

    long channelsAt(int level) {
      return (long) channels * multipliers.get(level);
    }

    boolean attendsAt(int level) {
      return attentionSides.contains(imageSize >> level);
    }

    ResidualBlock block(long in, long out) {
      return new ResidualBlock(in, out, groups, EPSILON);
    }

    SpatialAttention attention(long count) {
      return new SpatialAttention(count, groups, EPSILON);
    }
  }

  private final Convolution convIn;
  private final List<ConvolutionStage> down = new ArrayList<>();
  private final ConvolutionStage.Middle middle;
  private final GroupNorm normOut;
  private final Convolution convOut;

  /** Random weights, as PyTorch draws them. */
  public ConvolutionEncoder(Config config) {
    convIn = child("convIn", new Convolution(3, config.channels(), 3));
    int levels = config.multipliers().size();
    long channels = config.channels();
    for (int i = 0; i < levels; i++) {
      var end = i < levels - 1 ? ConvolutionStage.End.HALVED : ConvolutionStage.End.SAME;
      long out = config.channelsAt(i);
      down.add(
          child(
              "down." + i,
              new ConvolutionStage(
                  channels, out, config.blocks(), config.attendsAt(i), end, config)));
      channels = out;
    }
    middle = child("middle", new ConvolutionStage.Middle(channels, config));
    normOut = child("normOut", new GroupNorm(config.groups(), channels, EPSILON));
    convOut = child("convOut", new Convolution(channels, config.latentChannels(), 3));
  }

  /** Encodes pictures. */
  public Tensor forward(Tensor x) {
    return call(
        () -> {
          Tensor h = convIn.forward(x);
          for (ConvolutionStage stage : down) {
            h = stage.forward(h);
          }
          return convOut.forward(torch.silu(normOut.forward(middle.forward(h))));
        },
        x);
  }
}
