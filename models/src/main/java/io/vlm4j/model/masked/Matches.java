package io.vlm4j.model.masked;

import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Pictures with texts, some of them with another picture's.
 *
 * @param texts the text that is shown with each picture, i64 {@code [B, L]}
 * @param labels 1 where it is the picture's own, else 0; i64 {@code [B]}
 * @param right the rows of the pairs that teach more than that they do not match, i64 {@code [n]};
 *     null for all. They are those that match, or all if none does, so that every loss stays
 *     defined
 */
record Matches(Tensor texts, Tensor labels, @Nullable Tensor right) {
  /** Under this name, a batch may say which pairs match. */
  static final String LABELS = "itm_labels";

  /** As the batch says; if it does not, that share of the pictures is given another's text. */
  static Matches of(Batch batch, double share, RandomGenerator chance) {
    Tensor texts = batch.get(Batch.TOKENS);
    Device device = texts.device();
    Tensor given = batch.find(LABELS);
    if (given != null) {
      return new Matches(texts, given, right(Tensors.toLongs(given), device));
    }
    int count = Math.toIntExact(texts.size(0));
    long[] own = IntStream.range(0, count).asLongStream().toArray();
    long[] shown = share > 0 ? draw(ids(texts), share, chance) : own;
    var labels = new long[count];
    for (int i = 0; i < count; i++) {
      labels[i] = shown[i] == i ? 1 : 0;
    }
    Tensor chosen =
        Arrays.equals(shown, own)
            ? texts
            : texts.index_select(0, Tensors.of(shown, count).to(device, ScalarType.Long));
    return new Matches(
        chosen, Tensors.of(labels, count).to(device, ScalarType.Long), right(labels, device));
  }

  /** For each picture the row of the text that it is shown with: another's differs from its own. */
  static long[] draw(long[][] texts, double share, RandomGenerator chance) {
    var shown = new long[texts.length];
    for (int i = 0; i < texts.length; i++) {
      long[] own = texts[i];
      shown[i] = i;
      if (chance.nextDouble() < share) {
        int[] others =
            IntStream.range(0, texts.length)
                .filter(other -> !Arrays.equals(texts[other], own))
                .toArray();
        if (others.length > 0) {
          shown[i] = others[chance.nextInt(others.length)];
        }
      }
    }
    return shown;
  }

  private static long[][] ids(Tensor texts) {
    long[] ids = Tensors.toLongs(texts);
    int length = Math.toIntExact(texts.size(1));
    var rows = new long[Math.toIntExact(texts.size(0))][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(ids, i * length, (i + 1) * length));
    return rows;
  }

  private static @Nullable Tensor right(long[] labels, Device device) {
    long[] rows =
        IntStream.range(0, labels.length).filter(i -> labels[i] != 0).asLongStream().toArray();
    return rows.length == 0 || rows.length == labels.length
        ? null
        : Tensors.of(rows, rows.length).to(device, ScalarType.Long);
  }

  /** Of {@code [B, ...]} the rows of the pairs that teach more. */
  Tensor rows(Tensor all) {
    return right == null ? all : all.index_select(0, right);
  }

  /** Of {@code [B, B]} the rows and columns of these pairs; rows sum to 1 again. */
  @Nullable Tensor square(@Nullable Tensor all) {
    if (all == null || right == null) {
      return all;
    }
    Tensor some = all.index_select(0, right).index_select(1, right);
    return some.div(some.sum(1).unsqueeze(1));
  }
}
