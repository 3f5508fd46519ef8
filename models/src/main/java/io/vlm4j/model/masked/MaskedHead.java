package io.vlm4j.model.masked;

import io.vlm4j.nn.Activation;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Module;
import org.bytedeco.pytorch.Tensor;

/** Logits of what was hidden: {@code [m, W] -> [m, V]}. */
final class MaskedHead extends Module {
  private final Activation activation;
  private final Linear dense;
  private final LayerNorm norm;
  private final Linear decoder;

  MaskedHead(FlavaConfig config, int count) {
    activation = Activation.of(config.activation());
    dense = child("dense", Flava.linear(config.width(), config.width()));
    norm = child("norm", new LayerNorm(config.width(), config.headEpsilon()));
    decoder = child("decoder", Flava.linear(config.width(), count));
  }

  Tensor forward(Tensor x) {
    return call(() -> decoder.forward(norm.forward(activation.apply(dense.forward(x)))), x);
  }
}
