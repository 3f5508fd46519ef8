package io.vlm4j.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A model whose inner maps of features tell how alike two pictures look. */
public interface FeatureMaps {
  /**
   * Maps of pictures from its layers, the lowest first, with the gradient to the pictures.
   *
   * @param pictures f32 {@code [B, 3, H, W]} of values from 0 to 1
   * @return {@code [B, C, h, w]} each, in the scope of the caller
   */
  List<Tensor> featureMaps(Tensor pictures);
}
