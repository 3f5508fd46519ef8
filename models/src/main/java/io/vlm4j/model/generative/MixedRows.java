package io.vlm4j.model.generative;

import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Texts with a picture each, as rows of tokens: {@code start picture words end} or {@code start
 * words picture end}, then padding.
 *
 * @param ids i64 {@code [B, T]}
 * @param labels the same, and {@link Batch#IGNORED} where nothing is to be foretold
 * @param at where each row's picture begins, i64 {@code [B]}
 */
record MixedRows(Tensor ids, Tensor labels, Tensor at) {
  /**
   * Puts pictures into texts.
   *
   * @param texts i64 {@code [B, L]}, each with a start and an end of text
   * @param labels the same shape; null for all up to the first end
   * @param pictures tokens of pictures with those around them, i64 {@code [B, P]}
   * @param first which pictures come first, boolean {@code [B]}
   * @param answersOnly whether labels of what comes first are ignored
   */
  static MixedRows of(
      Tensor texts,
      @Nullable Tensor labels,
      Tensor pictures,
      Tensor first,
      long endId,
      boolean answersOnly) {
    long length = texts.size(1);
    long block = pictures.size(1);
    Tensor isEnd = texts.eq(new Scalar(endId)).to(ScalarType.Long);
    Tensor endsBefore = isEnd.cumsum(1).sub(isEnd); // [B, L]
    Tensor words = endsBefore.add(isEnd).eq(new Scalar(0L)); // up to the end, without it
    Tensor ends = words.to(ScalarType.Long).sum(1); // where the end of text is
    Tensor at = torch.where(first, torch.ones_like(ends), ends); // [B]

    Tensor wanted = labels;
    if (wanted == null) {
      wanted = ignored(texts, endsBefore.gt(new Scalar(0L)));
    }
    Tensor shown = pictures;
    if (answersOnly) {
      Tensor isPrompt = first.unsqueeze(1); // [B, 1]
      shown = ignored(pictures, isPrompt.expand(pictures.shape()));
      wanted = ignored(wanted, words.logical_and(isPrompt.logical_not()));
    }

    Tensor place = torch.arange(new Scalar(length + block), texts.options()).unsqueeze(0); // [1, T]
    Tensor offset = place.sub(at.unsqueeze(1)); // [B, T], from the picture's begin
    Tensor isBefore = offset.lt(new Scalar(0L));
    Tensor isWithin = isBefore.logical_not().logical_and(offset.lt(new Scalar(block)));
    Tensor inText = torch.where(isBefore, place, place.sub(new Scalar(block)));
    Tensor source = torch.where(isWithin, offset.add(new Scalar(length)), inText);
    return new MixedRows(
        torch.cat(new TensorVector(texts, pictures), 1).gather(1, source),
        torch.cat(new TensorVector(wanted, shown), 1).gather(1, source),
        at);
  }

  private static Tensor ignored(Tensor labels, Tensor where) {
    return labels.masked_fill(where, new Scalar(Batch.IGNORED));
  }

  /** The rows without what is padding in all of them. */
  MixedRows trimmed() {
    Tensor counts = labels.ne(new Scalar(Batch.IGNORED)).to(ScalarType.Long); // [B, T]
    Tensor place = torch.arange(new Scalar(ids.size(1)), ids.options());
    long last = Math.max(1, counts.mul(place).max().item_long());
    return new MixedRows(
        Tensors.slice(ids, 1, 0, last + 1), Tensors.slice(labels, 1, 0, last + 1), at);
  }
}
