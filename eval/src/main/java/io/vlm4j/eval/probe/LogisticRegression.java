package io.vlm4j.eval.probe;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Multinomial logistic regression: the linear classifier of the least mean cross-entropy plus
 * {@code l2 / 2} times the sum of its squared weights, biases apart. With {@code l2} above 0 there
 * is one optimum but for a shift of all biases, and L-BFGS finds it, in f64.
 */
final class LogisticRegression implements AutoCloseable {
  private static final int MOST_STEPS = 500;
  private static final int MEMORY = 10;
  private static final double FLAT = 1e-6;
  private static final double SUFFICIENT = 1e-4;
  private static final int HALVINGS = 30;

  private final Tensor inputs; // [N, W+1], the last column is 1
  private final Tensor targets; // [N, C]
  private final long classes;
  private final long width;

  /** Examples to learn from. */
  LogisticRegression(float[][] features, int[] labels, int classes) {
    this.classes = classes;
    width = features[0].length + 1L;
    var values = new float[Math.toIntExact(features.length * width)];
    var rights = new float[features.length * classes];
    for (int i = 0; i < features.length; i++) {
      int at = Math.toIntExact(i * width);
      System.arraycopy(features[i], 0, values, at, features[i].length);
      values[at + features[i].length] = 1;
      rights[i * classes + labels[i]] = 1;
    }
    try (var _ = new Scope()) {
      inputs = Scope.keep(Tensors.of(values, features.length, width).to(ScalarType.Double));
      targets = Scope.keep(Tensors.of(rights, features.length, classes).to(ScalarType.Double));
    }
  }

  private record Point(Tensor weights, double value, Tensor slope) {}

  private record Pair(Tensor step, Tensor change, double product) {}

  /**
   * The best weights.
   *
   * @param start weights to begin with, {@code [C, W+1]}, biases last
   * @return f64 {@code [C, W+1]}; the caller closes them
   */
  Tensor fit(double l2, Tensor start) {
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor strengths = strengths(l2);
      var pairs = new ArrayDeque<Pair>();
      Point now = at(start.reshape(-1), strengths);
      for (int i = 0; i < MOST_STEPS && most(now.slope) > FLAT; i++) {
        Tensor direction = direction(now.slope, pairs);
        double descent = dot(now.slope, direction);
        double size = pairs.isEmpty() ? Math.min(1, 1 / now.slope.norm().item_double()) : 1;
        Point next = at(moved(now.weights, direction, size), strengths);
        int halvings = 0;
        while (!(next.value <= now.value + SUFFICIENT * size * descent) && halvings < HALVINGS) {
          size /= 2;
          next = at(moved(now.weights, direction, size), strengths);
          halvings++;
        }
        if (halvings == HALVINGS) {
          break; // no better within what f64 can tell
        }
        remember(pairs, now, next);
        now = next;
      }
      return Scope.keep(now.weights.reshape(classes, width));
    }
  }

  /** The penalty of each weight: none for biases. */
  private Tensor strengths(double l2) {
    Tensor all = torch.full(new long[] {classes, width}, new Scalar(l2), options());
    all.select(1, width - 1).zero_();
    return all.reshape(-1);
  }

  private static TensorOptions options() {
    return new TensorOptions(ScalarType.Double);
  }

  /** Value and slope at some weights. */
  private Point at(Tensor weights, Tensor strengths) {
    double count = inputs.size(0);
    Tensor logits = torch.matmul(inputs, weights.reshape(classes, width).t()); // [N, C]
    Tensor logs = logits.log_softmax(1);
    Tensor penalty = weights.mul(strengths);
    double value = -dot(logs, targets) / count + dot(weights, penalty) / 2;
    Tensor errors = logs.exp().sub(targets).div(new Scalar(count)); // [N, C]
    return new Point(weights, value, torch.matmul(errors.t(), inputs).reshape(-1).add(penalty));
  }

  /** Minus the slope, times what the last steps tell of the inverse curvature. */
  private static Tensor direction(Tensor slope, Deque<Pair> pairs) {
    Tensor q = slope.neg();
    var shares = new ArrayDeque<Double>();
    for (var newest = pairs.descendingIterator(); newest.hasNext(); ) {
      Pair pair = newest.next();
      double share = dot(pair.step, q) / pair.product;
      shares.push(share);
      q = moved(q, pair.change, -share);
    }
    if (!pairs.isEmpty()) {
      Pair last = pairs.getLast();
      q = q.mul(new Scalar(last.product / dot(last.change, last.change)));
    }
    for (Pair pair : pairs) {
      double share = shares.pop() - dot(pair.change, q) / pair.product;
      q = moved(q, pair.step, share);
    }
    return q;
  }

  private static void remember(Deque<Pair> pairs, Point before, Point after) {
    Tensor step = after.weights.sub(before.weights);
    Tensor change = after.slope.sub(before.slope);
    double product = dot(step, change);
    if (product > 1e-14 * dot(change, change)) {
      pairs.addLast(new Pair(step, change, product));
      if (pairs.size() > MEMORY) {
        pairs.removeFirst();
      }
    }
  }

  private static Tensor moved(Tensor from, Tensor direction, double size) {
    return from.add(direction.mul(new Scalar(size)));
  }

  private static double dot(Tensor a, Tensor b) {
    return a.mul(b).sum().item_double();
  }

  private static double most(Tensor slope) {
    return slope.abs().max().item_double();
  }

  /** Weights of zero to begin with; the innermost scope owns them. */
  Tensor zeros() {
    return torch.zeros(new long[] {classes, width}, options());
  }

  /** The classes that weights find most likely. */
  static int[] predict(Tensor weights, float[][] features) {
    if (features.length == 0) {
      return new int[0];
    }
    int inner = features[0].length;
    var values = new float[features.length * inner];
    for (int i = 0; i < features.length; i++) {
      System.arraycopy(features[i], 0, values, i * inner, inner);
    }
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor x = Tensors.of(values, features.length, inner).to(ScalarType.Double);
      Tensor w = Tensors.slice(weights, 1, 0, inner);
      Tensor logits = torch.matmul(x, w.t()).add(weights.select(1, inner));
      long[] best = Tensors.toLongs(logits.argmax(new LongOptional(1), false));
      return Arrays.stream(best).mapToInt(Math::toIntExact).toArray();
    }
  }

  @Override
  public void close() {
    inputs.close();
    targets.close();
  }
}
