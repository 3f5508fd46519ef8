package io.vlm4j.generate;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A {@link Decoder} that keeps nothing but the tokens: the model reads all of them every time. */
public final class ReplayDecoder implements Decoder {
  private final UnaryOperator<Tensor> logits;
  private final int capacity;
  private @Nullable Tensor read;

  /**
   * A decoder for a function of whole sequences.
   *
   * @param logits of the token that follows the last: i64 {@code [R, L] -> [R, V]}; where there are
   *     more rows than inputs, those of one input are together
   * @param capacity how many tokens a row can have
   */
  public ReplayDecoder(UnaryOperator<Tensor> logits, int capacity) {
    this.logits = logits;
    this.capacity = capacity;
  }

  @Override
  public Tensor read(Tensor tokens) {
    Tensor all = read == null ? tokens.clone() : torch.cat(new TensorVector(read, tokens), 1);
    replace(all);
    return logits.apply(all);
  }

  @Override
  public void select(long[] rows) {
    if (read != null) {
      try (var _ = new Scope()) {
        replace(read.index_select(0, Tensors.of(rows, rows.length)));
      }
    }
  }

  private void replace(Tensor now) {
    Tensor before = read;
    read = Scope.keep(now);
    if (before != null) {
      before.close();
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void close() {
    if (read != null) {
      read.close();
    }
  }
}
