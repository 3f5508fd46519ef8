package io.vlm4j.model.generative;

import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Randomness;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** Chameleons of 20 ids of text and 2 x 2 of 8 codes, of pictures of 8 x 8 pixels. */
final class TinyChameleons {
  static final int WORDS = 20;
  static final int START = 18;
  static final int END = 19;
  static final int CODES = 8;
  static final int EACH = 4;
  static final int BEGIN_PICTURE = WORDS + CODES;
  static final int END_PICTURE = BEGIN_PICTURE + 1;
  static final int LENGTH = 8; // of a text

  private TinyChameleons() {}

  static ModelSpec<?> spec(String norms, String objective) {
    return ModelSpec.parse(
        Json.fromYaml(
            """
            family: chameleon
            text: {vocabularySize: 20, length: 8, endId: -1}
            image:
              size: 8
              grid: 2
              codes: 8
              ids: {order: [], begin: -1, end: -1}
              mean: 0.5
              std: 0.5
              tokenizer:
                family: vqvae
                imageSize: 8
                halvings: 2
                width: 8
                residualBlocks: 1
                residualWidth: 8
                codebook: {size: 8, width: 4, averaged: true, decay: 0.99, epsilon: 1e-5,
                  restartBelow: 0}
                commitment: 0.25
            decoder: {vocabularySize: 30, contextLength: 40, endId: -1, width: 16, layers: 2,
              heads: 4, keyValueHeads: 2, headWidth: 4, mlpWidth: 24, activation: silu,
              epsilon: 1e-5, biases: NONE, tied: false, window: 0,
              rope: {theta: 10000.0, scaling: null}, std: 0.02}
            norms: %s
            dropout: 0
            objective: %s
            """
                .formatted(norms, objective),
            ObjectNode.class,
            "test"),
        "test");
  }

  static Chameleon random(Random random, String norms) {
    return random(
        random,
        spec(norms, "{pictureFirst: 0.5, zWeight: 1e-5, answersOnly: false, balanced: false}"));
  }

  /** A model of random weights that are large enough for every part to matter. */
  static Chameleon random(Random random, ModelSpec<?> spec) {
    var model = (Chameleon) spec.create();
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      model
          .state()
          .forEach((name, tensor) -> {
            float[] values = Randomness.normal(random, (int) tensor.numel());
            boolean isNorm = name.matches(".*norm.*weight|.*Norm.weight");
            if (name.matches("imageTokenizer.encoder.*weight")) {
              tensor.mul_(new Scalar(3f)); // so that pictures have different codes
            }
            if (name.startsWith("decoder.") || name.equals("imageTokenizer.quantizer.weight")) {
              tensor.copy_(Tensors.of(values, tensor.shape()));
              tensor.mul_(new Scalar(0.4f));
              tensor.add_(new Scalar(isNorm ? 1f : 0f));
            }
          });
    }
    model.setTraining(false);
    return model;
  }

  static Tensor pixels(Random random, int count) {
    return Tensors.of(Randomness.normal(random, count * 3 * 8 * 8), count, 3, 8, 8);
  }

  /** Texts of given words between start and end, padded with the end. */
  static Tensor texts(long[]... words) {
    var ids = new long[words.length * LENGTH];
    Arrays.fill(ids, END);
    for (int i = 0; i < words.length; i++) {
      ids[i * LENGTH] = START;
      System.arraycopy(words[i], 0, ids, i * LENGTH + 1, words[i].length);
    }
    return Tensors.of(ids, words.length, LENGTH);
  }
}
