package io.vlm4j.model.backbone;

import io.vlm4j.generate.Decoder;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Texts as a {@link CausalModel} writes them: keys and values are kept. Rows may begin with
 * padding, which is not seen and takes no positions. What is read first may be vectors instead of
 * tokens, such as those of pictures.
 */
public final class CausalDecoder implements Decoder {
  private final CausalModel model;
  private final Device device;
  private final List<KeyValueCache> caches = new ArrayList<>();
  private @Nullable Tensor prompt; // [R, L, D]
  private @Nullable Tensor starts; // i64 [R]

  /**
   * Begins texts.
   *
   * @param prompt vectors {@code [R, L, D]} of the tokens that are read first; null to look those
   *     up
   */
  public CausalDecoder(CausalModel model, @Nullable Tensor prompt) {
    this.model = model;
    this.prompt = prompt == null ? null : Scope.keep(prompt);
    device = Scope.keep(model.parameters().firstEntry().getValue().device());
    for (int i = 0; i < model.layers(); i++) {
      caches.add(new KeyValueCache());
    }
  }

  @Override
  public void pad(long[] counts) {
    if (Arrays.stream(counts).anyMatch(count -> count != 0)) {
      try (var _ = new Scope()) {
        starts = Scope.keep(onDevice(counts));
      }
    }
  }

  @Override
  public Tensor read(Tensor tokens) {
    return Scope.run(() -> {
      Tensor x = prompt == null ? model.embed(tokens.to(device, ScalarType.Long)) : prompt;
      Tensor h = model.hidden(x, caches, starts); // [R, L, D]
      if (prompt != null) {
        prompt.close();
        prompt = null;
      }
      return model.logits(h.select(1, h.size(1) - 1));
    });
  }

  @Override
  public void select(long[] rows) {
    try (var _ = new Scope()) {
      Tensor index = onDevice(rows);
      caches.forEach(cache -> cache.select(index));
      if (starts != null) {
        Tensor selected = Scope.keep(starts.index_select(0, index));
        starts.close();
        starts = selected;
      }
    }
  }

  private Tensor onDevice(long[] values) {
    return Tensors.of(values, values.length).to(device, ScalarType.Long);
  }

  @Override
  public int capacity() {
    return model.contextLength();
  }

  @Override
  public void close() {
    caches.forEach(KeyValueCache::close);
    if (prompt != null) {
      prompt.close();
    }
    if (starts != null) {
      starts.close();
    }
    device.close();
  }
}
