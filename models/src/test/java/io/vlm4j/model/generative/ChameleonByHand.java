package io.vlm4j.model.generative;

import io.vlm4j.nn.Block;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Chameleon's decoder in plain loops of doubles, one sequence at a time: an implementation to
 * compare with that shares no code with ours.
 */
final class ChameleonByHand {
  private final ChameleonConfig config;
  private final Map<String, float[]> weights = new LinkedHashMap<>();
  private final int width;
  private final int headWidth;

  ChameleonByHand(Chameleon model) {
    config = model.config();
    width = config.decoder().width();
    headWidth = config.decoder().headWidth();
    model.parameters().forEach((name, tensor) -> weights.put(name, Tensors.toFloats(tensor)));
  }

  /** {@code [L][V]}. */
  double[][] logits(long[] ids) {
    var x = new double[ids.length][width];
    for (int t = 0; t < ids.length; t++) {
      for (int d = 0; d < width; d++) {
        x[t][d] = weights.get("decoder.tokens.weight")[(int) ids[t] * width + d];
      }
    }
    for (int layer = 0; layer < config.decoder().layers(); layer++) {
      String block = "decoder.blocks." + layer + ".";
      double[][] mixed = sublayer(x, block + "norm1.weight", y -> attention(y, block));
      double[][] gated = sublayer(mixed, block + "norm2.weight", y -> mlp(y, block));
      x = gated;
    }
    return linear(rms(x, "decoder.norm.weight"), "decoder.head.weight");
  }

  private double[][] sublayer(double[][] x, String norm, UnaryOperator<double[][]> work) {
    double[][] more =
        config.norms() == Block.Norms.BEFORE ? work.apply(rms(x, norm)) : rms(work.apply(x), norm);
    var sum = new double[x.length][width];
    for (int t = 0; t < x.length; t++) {
      for (int d = 0; d < width; d++) {
        sum[t][d] = x[t][d] + more[t][d];
      }
    }
    return sum;
  }

  private double[][] rms(double[][] x, String name) {
    float[] scale = weights.get(name);
    var y = new double[x.length][width];
    for (int t = 0; t < x.length; t++) {
      double square = 0;
      for (double value : x[t]) {
        square += value * value / width;
      }
      for (int d = 0; d < width; d++) {
        y[t][d] = x[t][d] / Math.sqrt(square + config.decoder().epsilon()) * scale[d];
      }
    }
    return y;
  }

  private double[][] linear(double[][] x, String name) {
    float[] weight = weights.get(name);
    int in = x[0].length;
    var y = new double[x.length][weight.length / in];
    for (int t = 0; t < x.length; t++) {
      for (int o = 0; o < y[t].length; o++) {
        for (int i = 0; i < in; i++) {
          y[t][o] += weight[o * in + i] * x[t][i];
        }
      }
    }
    return y;
  }

  /** Normalises each head's part of each row, then turns it by its position. */
  private void normAndTurn(double[][] rows, String name) {
    float[] scale = weights.get(name + ".weight");
    float[] shift = weights.get(name + ".bias");
    for (int t = 0; t < rows.length; t++) {
      for (int from = 0; from < rows[t].length; from += headWidth) {
        double mean = 0;
        for (int d = 0; d < headWidth; d++) {
          mean += rows[t][from + d] / headWidth;
        }
        double variance = 0;
        for (int d = 0; d < headWidth; d++) {
          variance += Math.pow(rows[t][from + d] - mean, 2) / headWidth;
        }
        for (int d = 0; d < headWidth; d++) {
          rows[t][from + d] =
              (rows[t][from + d] - mean) / Math.sqrt(variance + 1e-5) * scale[from + d]
                  + shift[from + d];
        }
        for (int pair = 0; pair < headWidth / 2; pair++) {
          double angle = t * Math.pow(config.decoder().rope().theta(), -2.0 * pair / headWidth);
          int other = from + pair + headWidth / 2;
          double a = rows[t][from + pair];
          double b = rows[t][other];
          rows[t][from + pair] = a * Math.cos(angle) - b * Math.sin(angle);
          rows[t][other] = b * Math.cos(angle) + a * Math.sin(angle);
        }
      }
    }
  }

  private double[][] attention(double[][] x, String block) {
    double[][] q = linear(x, block + "attention.q.weight");
    double[][] k = linear(x, block + "attention.k.weight");
    double[][] v = linear(x, block + "attention.v.weight");
    normAndTurn(q, block + "attention.queryNorm");
    normAndTurn(k, block + "attention.keyNorm");
    int heads = config.decoder().heads();
    int shared = heads / config.decoder().keyValueHeads();
    var mixed = new double[x.length][heads * headWidth];
    for (int h = 0; h < heads; h++) {
      int from = h * headWidth;
      int keyFrom = h / shared * headWidth;
      for (int t = 0; t < x.length; t++) {
        var share = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          double product = 0;
          for (int d = 0; d < headWidth; d++) {
            product += q[t][from + d] * k[s][keyFrom + d];
          }
          share[s] = Math.exp(product / Math.sqrt(headWidth));
          sum += share[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int d = 0; d < headWidth; d++) {
            mixed[t][from + d] += share[s] / sum * v[s][keyFrom + d];
          }
        }
      }
    }
    return linear(mixed, block + "attention.out.weight");
  }

  private double[][] mlp(double[][] x, String block) {
    double[][] gate = linear(x, block + "mlp.gate.weight");
    double[][] up = linear(x, block + "mlp.up.weight");
    for (int t = 0; t < x.length; t++) {
      for (int d = 0; d < gate[t].length; d++) {
        gate[t][d] = gate[t][d] / (1 + Math.exp(-gate[t][d])) * up[t][d];
      }
    }
    return linear(gate, block + "mlp.down.weight");
  }
}
