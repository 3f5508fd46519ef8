package io.vlm4j.model.generative;

import io.vlm4j.generate.Decoder;
import io.vlm4j.nn.ContextTransformer;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Captions as {@link Coca} writes them: the keys and values of both halves of its text decoder are
 * kept for the tokens of a row, and those of a picture once for all rows that describe it. Padding,
 * which no training foretells, is never written.
 */
public final class CocaDecoder implements Decoder {
  private final Coca model;
  private final Device device;
  private final List<KeyValueCache> unimodal = new ArrayList<>();
  private final ContextTransformer.Cache multimodal;

  /**
   * Begins captions of pictures.
   *
   * @param seen what the captions look at, {@code [B, P, D]}
   */
  CocaDecoder(Coca model, Tensor seen) {
    this.model = model;
    device = Scope.keep(seen.device());
    for (int i = 0; i < model.config().text().layers(); i++) {
      unimodal.add(new KeyValueCache());
    }
    multimodal = model.begin(seen);
  }

  @Override
  public Tensor read(Tensor tokens) {
    Tensor logits = model.next(tokens.to(device, ScalarType.Long), unimodal, multimodal);
    logits.select(1, model.config().text().padId()).fill_(new Scalar(Float.NEGATIVE_INFINITY));
    return logits;
  }

  @Override
  public void select(long[] rows) {
    try (var _ = new Scope()) {
      Tensor index = Tensors.of(rows, rows.length).to(device, ScalarType.Long);
      unimodal.forEach(cache -> cache.select(index));
      multimodal.select(index);
    }
  }

  @Override
  public int capacity() {
    return model.config().text().contextLength();
  }

  @Override
  public void close() {
    unimodal.forEach(KeyValueCache::close);
    multimodal.close();
    device.close();
  }
}
