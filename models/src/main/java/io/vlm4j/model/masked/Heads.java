package io.vlm4j.model.masked;

import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Module;
import io.vlm4j.objective.MaskedPredictionLoss;
import org.bytedeco.pytorch.Tensor;

/** What tells hidden things, and whether a picture and a text belong together. */
final class Heads extends Module {
  final MaskedHead mim;
  final MaskedHead mlm;
  final MaskedHead mmmImage;
  final MaskedHead mmmText;
  private final Linear matchPooler;
  private final Linear match;

  Heads(FlavaConfig config) {
    mim = child("mim", new MaskedHead(config, config.image().codes()));
    mlm = child("mlm", new MaskedHead(config, config.text().ids()));
    mmmImage = child("mmmImage", new MaskedHead(config, config.image().codes()));
    mmmText = child("mmmText", new MaskedHead(config, config.text().ids()));
    matchPooler = child("matchPooler", Flava.linear(config.width(), config.width()));
    match = child("match", Flava.linear(config.width(), 2));
  }

  /** The cross-entropy of whether pairs match: {@code [B, W]}, labels {@code [B]}. */
  Tensor matching(Tensor first, Tensor labels) {
    Tensor logits = match.forward(matchPooler.forward(first).tanh()); // [B, 2]
    return MaskedPredictionLoss.of(logits, labels);
  }
}
