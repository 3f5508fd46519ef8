package io.vlm4j.model.contrastive;

import io.vlm4j.model.DualEncoder;
import io.vlm4j.tensor.Batch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What two towers make of a batch, by the names of Hugging Face's outputs. */
final class TwoTowerOutputs {
  private TwoTowerOutputs() {}

  /** Embeddings are not normalised; logits need both inputs. */
  static SequencedMap<String, Tensor> of(DualEncoder encoder, Map<String, Tensor> inputs) {
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor pixels = inputs.get(Batch.PIXELS);
    Tensor tokens = inputs.get(Batch.TOKENS);
    if (pixels != null) {
      outputs.put("image_embeds", encoder.imageFeatures(pixels));
    }
    if (tokens != null) {
      outputs.put("text_embeds", encoder.textFeatures(tokens));
    }
    if (pixels != null && tokens != null) {
      Tensor images = torch.normalize(outputs.get("image_embeds"));
      Tensor texts = torch.normalize(outputs.get("text_embeds"));
      Tensor logits = encoder.logits(torch.matmul(images, texts.t()));
      outputs.put("logits_per_image", logits);
      outputs.put("logits_per_text", logits.t());
    }
    return outputs;
  }
}
