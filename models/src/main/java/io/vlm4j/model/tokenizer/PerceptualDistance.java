package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import io.vlm4j.model.FeatureMaps;
import io.vlm4j.tensor.Autocast;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How differently two pictures look to a network, in the form of LPIPS (1801.03924, equation 1):
 * features at each place of each map are brought to length 1, their squared differences are
 * weighted by channel and summed, and the means over places are summed over maps.
 *
 * <p>LPIPS's own weights were learned from people's judgements on certain networks. For another
 * network there are none: all channels then count alike, which is its authors' unlearned form.
 *
 * @param network whose features are compared
 * @param weights one for each channel of each map, none negative: {@code [C]} each; empty for all
 *     alike
 */
record PerceptualDistance(FeatureMaps network, List<Tensor> weights) {
  private static final float TINY = 1e-10f;

  /** Refuses negative weights. */
  PerceptualDistance {
    for (Tensor weight : weights) {
      if (weight.min().item_double() < 0) {
        throw new InputException("the weights of a perceptual distance must not be negative");
      }
    }
    weights = List.copyOf(weights);
  }

  /** All channels count alike. */
  static PerceptualDistance even(FeatureMaps network) {
    return new PerceptualDistance(network, Collections.emptyList());
  }

  /**
   * The mean distance of pictures f32 {@code [B, 3, H, W]} of values from 0 to 1: a scalar, with
   * the gradient to {@code made} alone.
   */
  Tensor of(Tensor made, Tensor original) {
    List<Tensor> here = network.featureMaps(made);
    List<Tensor> there = network.featureMaps(original);
    Tensor total = null;
    try (var _ = Autocast.off(made.device())) {
      for (int i = 0; i < here.size(); i++) {
        Tensor squares = unit(here.get(i)).sub(unit(there.get(i).detach())).square();
        if (!weights.isEmpty()) {
          squares = squares.mul(weights.get(i).view(1, -1, 1, 1));
        }
        Tensor distance = squares.sum(1).mean();
        total = total == null ? distance : total.add(distance);
      }
    }
    if (total == null) {
      throw new IllegalStateException("the network shows no maps");
    }
    return total;
  }

  /** With a tiny number under the root, where LPIPS has it beside: a zero has a gradient so. */
  private static Tensor unit(Tensor map) {
    Tensor f = map.to(ScalarType.Float);
    return f.div(f.square().sum(new long[] {1}, true, null).add(new Scalar(TINY)).sqrt());
  }
}
