package io.vlm4j.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The decoder beside a {@link ConvolutionEncoder}: residual blocks at ever twice the size, {@code
 * [B, latentChannels, h, w] -> [B, 3, h f, w f]}.
 */
public final class ConvolutionDecoder extends Module {
  private final Convolution convIn;
  private final ConvolutionStage.Middle middle;
  private final List<ConvolutionStage> up = new ArrayList<>(); // the smallest size first
  private final GroupNorm normOut;
  private final Convolution convOut;

  /** Random weights, as PyTorch draws them. */
  public ConvolutionDecoder(ConvolutionEncoder.Config config) {
    int top = config.multipliers().size() - 1;
    long channels = config.channelsAt(top);
    convIn = child("convIn", new Convolution(config.latentChannels(), channels, 3));
    middle = child("middle", new ConvolutionStage.Middle(channels, config));
    for (int i = top; i >= 0; i--) {
      var end = i > 0 ? ConvolutionStage.End.DOUBLED : ConvolutionStage.End.SAME;
      long out = config.channelsAt(i);
      up.add(
          child(
              "up." + i,
              new ConvolutionStage(
                  channels, out, config.blocks() + 1, config.attendsAt(i), end, config)));
      channels = out;
    }
    normOut =
        child("normOut", new GroupNorm(config.groups(), channels, ConvolutionEncoder.EPSILON));
    convOut = child("convOut", new Convolution(channels, 3, 3));
  }

  /** The last layer's weight, whose gradient tells how strongly a loss pulls at the pictures. */
  public Tensor lastWeight() {
    return convOut.weight();
  }

  /** Decodes to pictures. */
  public Tensor forward(Tensor z) {
    return call(
        () -> {
          Tensor h = middle.forward(convIn.forward(z));
          for (ConvolutionStage stage : up) {
            h = stage.forward(h);
          }
          return convOut.forward(torch.silu(normOut.forward(h)));
        },
        z);
  }
}
