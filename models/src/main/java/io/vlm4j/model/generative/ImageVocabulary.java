package io.vlm4j.model.generative;

import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tokens of pictures among those of texts: one for each code, one before and one after the
 * codes of a picture.
 */
final class ImageVocabulary {
  private final long[] ids; // by code
  private final int begin;
  private final int end;

  /** The codes' ids in order, and those around a picture. */
  ImageVocabulary(List<Integer> order, int begin, int end) {
    ids = order.stream().mapToLong(Integer::longValue).toArray();
    this.begin = begin;
    this.end = end;
  }

  /** The id of a code. */
  long id(int code) {
    return ids[code];
  }

  int begin() {
    return begin;
  }

  int end() {
    return end;
  }

  /** The ids of all codes. */
  BitSet codes() {
    var set = new BitSet();
    Arrays.stream(ids).forEach(id -> set.set(Math.toIntExact(id)));
    return set;
  }

  /** The tokens of pictures with those around them: codes i64 {@code [B, h, w] -> [B, h w + 2]}. */
  Tensor block(Tensor codes) {
    long rows = codes.size(0);
    Tensor table = Tensors.of(ids, ids.length).to(codes.device(), ScalarType.Long);
    Tensor inner = table.index_select(0, codes.reshape(-1)).view(rows, -1);
    Tensor around = Tensors.of(new long[] {begin, end}, 1, 2).to(codes.device(), ScalarType.Long);
    Tensor before = Tensors.slice(around, 1, 0, 1).expand(rows, 1);
    Tensor after = Tensors.slice(around, 1, 1, 2).expand(rows, 1);
    return torch.cat(new TensorVector(before, inner, after), 1);
  }

  /** The codes of tokens that stand for some. */
  long[] codesOf(long[] tokens) {
    long highest = Arrays.stream(ids).max().orElse(0);
    var codes = new long[Math.toIntExact(highest + 1)];
    for (int code = 0; code < ids.length; code++) {
      codes[Math.toIntExact(ids[code])] = code;
    }
    return Arrays.stream(tokens).map(token -> codes[Math.toIntExact(token)]).toArray();
  }

  /** Which of some tokens stand for codes: f32 of 0 and 1, of their shape. */
  Tensor marks(Tensor tokens, int vocabularySize) {
    var marks = new float[vocabularySize];
    Arrays.stream(ids).forEach(id -> marks[Math.toIntExact(id)] = 1);
    Tensor table = Tensors.of(marks, marks.length).to(tokens.device(), ScalarType.Float);
    return table.index_select(0, tokens.reshape(-1)).view(tokens.shape());
  }
}
