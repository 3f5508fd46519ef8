package io.vlm4j.bench;

import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.TokenizerRules;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What measured models are given, as {@code twin.py} makes it, and what they consist of. */
final class Inputs {
  private static final int WORDS = 499;

  private Inputs() {}

  /**
   * Pictures and texts as the model's family reads them.
   *
   * @param shortest tokens of the shortest text, start and end included; {@code longest} of the
   *     longest
   */
  static Batch batch(ModelSpec<?> spec, int size, int shortest, int longest) {
    try (var _ = new Scope()) {
      var batch = new Batch();
      if (spec.readsPictures()) {
        batch.put(Batch.PIXELS, pictures(spec, size));
      }
      if (spec.readsTexts()) {
        batch.put(Batch.TOKENS, texts(spec, size, shortest, longest));
      }
      return batch;
    }
  }

  /** Random pictures, prepared as the model wants them: {@code [size, 3, H, W]}. */
  static Tensor pictures(ModelSpec<?> spec, int size) {
    var recipe = spec.preprocessing();
    int side = recipe.size();
    Tensor values = torch.rand(size, 3, side, side);
    return values.sub(channels(recipe.mean())).div(channels(recipe.std()));
  }

  private static Tensor channels(List<Double> values) {
    var each = new float[values.size()];
    for (int i = 0; i < each.length; i++) {
      each[i] = values.get(i).floatValue();
    }
    return Tensors.of(each, 1, each.length, 1, 1);
  }

  /** Words, an end of text, and what the family fills rows with. */
  private static Tensor texts(ModelSpec<?> spec, int size, int shortest, int longest) {
    TokenizerRules rules = spec.tokenizerRules();
    int context = spec.contextLength();
    long end = spec.vocabularySize() - 1;
    long pad = rules.pad().filter(rules.end()::equals).isPresent() ? end : 0;
    long[] ids = words(size, context);
    for (int row = 0; row < size; row++) {
      int length = shortest + row % (longest - shortest + 1);
      for (int i = length - 1; i < context; i++) {
        ids[row * context + i] = i == length - 1 ? end : pad;
      }
    }
    return Tensors.of(ids, size, context);
  }

  /** Rows of ids of words, which are neither padding nor an end. */
  static long[] words(int rows, int length) {
    var ids = new long[rows * length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 1 + i * 7919L % WORDS;
    }
    return ids;
  }

  /** The number of values that are trained, and of those that a model folder holds. */
  static Map<String, Object> sizes(Model model) {
    long weights = model.weights().values().stream().mapToLong(Tensor::numel).sum();
    return Map.of("parameters", model.parameterCount(), "weights", weights);
  }
}
