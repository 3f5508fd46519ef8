package io.vlm4j.generate;

import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.Random;

/**
 * A language model of random logits, others after every history and for every input: what no search
 * can guess.
 */
record HistoryModel(int vocabulary, int inputs, long seed) {
  /** Logits after a history. */
  float[] logits(int input, long[] history) {
    var random = new Random(seed + 31L * Arrays.hashCode(history) + 1_000_003L * input);
    random.nextLong(); // the first number of neighbouring seeds is alike
    var logits = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) (2 * random.nextGaussian());
    }
    return logits;
  }

  /** Log-probabilities after a history. */
  double[] logProbabilities(int input, long[] history) {
    return logSoftmax(logits(input, history));
  }

  static double[] logSoftmax(float[] logits) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    var result = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      result[i] = logits[i] - Math.log(sum);
    }
    return result;
  }

  Decoder decoder() {
    return decoder(100);
  }

  Decoder decoder(int capacity) {
    return new ReplayDecoder(
        tokens -> {
          int rows = (int) tokens.size(0);
          int length = (int) tokens.size(1);
          long[] ids = Tensors.toLongs(tokens);
          var values = new float[rows * vocabulary];
          for (int row = 0; row < rows; row++) {
            long[] history = Arrays.copyOfRange(ids, row * length, (row + 1) * length);
            float[] logits = logits(row / (rows / inputs), history);
            System.arraycopy(logits, 0, values, row * vocabulary, vocabulary);
          }
          return Tensors.of(values, rows, vocabulary);
        },
        capacity);
  }
}
