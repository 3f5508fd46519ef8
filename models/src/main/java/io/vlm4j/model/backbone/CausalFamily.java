package io.vlm4j.model.backbone;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Family;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * What all families of {@link CausalModel}s have in common: they read no pictures and are known in
 * Hugging Face's layout.
 */
abstract class CausalFamily<C extends Record> implements Family<C> {
  @Override
  public final boolean readsPictures() {
    return false;
  }

  /** Nobody asks. */
  @Override
  public final Preprocessing preprocessing(C config) {
    throw new InputException("a language model reads no pictures");
  }

  @Override
  public final C withImageSize(C config, int pixels) {
    throw new InputException("a language model reads no pictures, of whatever size");
  }

  @Override
  public final SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    return ((CausalModel) model).outputs(inputs);
  }

  @Override
  public final List<Layout> layouts() {
    return List.of(Layout.HUGGING_FACE);
  }
}
