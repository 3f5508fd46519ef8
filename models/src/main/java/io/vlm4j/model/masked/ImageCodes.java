package io.vlm4j.model.masked;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.nn.Interpolation;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.node.ObjectNode;

/**
 * The codes of pictures, one for each patch, by a model that is not trained along.
 *
 * <p>It sees the same crop as the image encoder, without its normalisation, at the size at which it
 * gives as many codes as there are patches: 112 pixels for 14 patches along a side and codes of 8
 * pixels. The crop is resized where that is another size than the encoder's.
 */
final class ImageCodes {
  private final Model model;
  private final ImageTokenizer tokenizer;
  private final int side;
  private final Preprocessing normalisation;

  /** By a tokenizer with random weights, which are to be replaced. */
  ImageCodes(ObjectNode description, FlavaConfig.Image image) {
    ModelSpec<?> spec = ModelSpec.parse(description, Flava.IMAGE_TOKENIZER);
    model = spec.create();
    if (!(model instanceof ImageTokenizer known)) {
      model.close();
      throw new InputException("a " + spec.family().name() + " model gives pictures no codes");
    }
    tokenizer = known;
    if (tokenizer.codebookSize() != image.codes()) {
      int count = tokenizer.codebookSize();
      model.close();
      throw new InputException(
          "image.codes is %d, and the image tokenizer has %d".formatted(image.codes(), count));
    }
    side = image.side();
    normalisation = Preprocessing.clip(image.imageSize());
  }

  /** The model itself, to be held as a part. */
  Model tokenizer() {
    return model;
  }

  /**
   * The codes of all patches.
   *
   * @param pixels as the image encoder sees them, f32 {@code [B, 3, H, W]}
   * @return i64 {@code [B, N]}, row by row
   */
  Tensor of(Tensor pixels) {
    return Scope.run(() -> {
      try (var _ = new NoGrad();
          var _ = Autocast.off(pixels.device())) { // near codes are told apart in f32 only
        long size = (long) side * tokenizer.downsampling();
        Tensor values =
            bounded(
                pixels
                    .mul(row(normalisation.std(), pixels))
                    .add(row(normalisation.mean(), pixels)));
        Tensor fitting =
            values.size(2) == size ? values : bounded(Interpolation.bicubic(values, size));
        return tokenizer.encode(fitting).reshape(pixels.size(0), (long) side * side);
      }
    });
  }

  private static Tensor bounded(Tensor values) {
    return values.clamp(new ScalarOptional(new Scalar(0f)), new ScalarOptional(new Scalar(1f)));
  }

  private static Tensor row(List<Double> channels, Tensor like) {
    var values = new float[channels.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = channels.get(i).floatValue();
    }
    return Tensors.of(values, 1, values.length, 1, 1).to(like.device(), ScalarType.Float);
  }
}
