package io.vlm4j.generate;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A decoder that keeps to a {@link Grammar}: what may not come next is infinitely improbable, and
 * the rest is renormalised by whoever draws of it.
 */
public final class ConstrainedDecoder implements Decoder {
  private final Decoder decoder;
  private final Grammar grammar;
  private final Map<BitSet, Tensor> forbidden = new IdentityHashMap<>(); // boolean [1, V] each
  private int[] states = {};
  private int length;

  /** Takes over a fresh decoder. */
  public ConstrainedDecoder(Decoder decoder, Grammar grammar) {
    this.decoder = decoder;
    this.grammar = grammar;
  }

  @Override
  public void pad(long[] counts) {
    decoder.pad(counts);
  }

  @Override
  public Tensor read(Tensor tokens) {
    long[] ids = Tensors.toLongs(tokens);
    int rows = Math.toIntExact(tokens.size(0));
    int count = Math.toIntExact(tokens.size(1));
    if (length == 0) {
      states = new int[rows];
      Arrays.fill(states, grammar.start());
    }
    for (int i = 0; i < ids.length; i++) {
      states[i / count] = grammar.after(states[i / count], ids[i]);
    }
    length += count;
    int room = decoder.capacity() - length + 1; // the last token is written and not read
    return Scope.run(() -> {
      Tensor logits = decoder.read(tokens); // [R, V]
      var masks = new Tensor[rows];
      for (int row = 0; row < rows; row++) {
        masks[row] = forbidden(grammar.allowed(states[row], room), logits);
      }
      Tensor all =
          Arrays.stream(masks).distinct().count() == 1
              ? masks[0]
              : torch.cat(new TensorVector(masks), 0);
      return logits.masked_fill(all, new Scalar(Float.NEGATIVE_INFINITY));
    });
  }

  private Tensor forbidden(BitSet allowed, Tensor logits) {
    return forbidden.computeIfAbsent(
        allowed,
        set -> {
          var marks = new long[Math.toIntExact(logits.size(1))];
          Arrays.setAll(marks, id -> set.get(id) ? 0 : 1);
          try (var _ = new Scope()) {
            Tensor mask = Tensors.of(marks, 1, marks.length);
            return Scope.keep(mask.to(logits.device(), ScalarType.Bool));
          }
        });
  }

  @Override
  public void select(long[] rows) {
    decoder.select(rows);
    int[] before = states;
    states = Arrays.stream(rows).mapToInt(row -> before[Math.toIntExact(row)]).toArray();
  }

  @Override
  public int capacity() {
    return decoder.capacity();
  }

  @Override
  public void close() {
    decoder.close();
    forbidden.values().forEach(Tensor::close);
  }
}
