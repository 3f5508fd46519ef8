package io.vlm4j.model.masked;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Family;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Positions;
import io.vlm4j.nn.Init;
import io.vlm4j.tensor.Batch;
import io.vlm4j.text.TokenizerRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Flava} is configured, named by others and fed. */
public final class FlavaFamily implements Family<FlavaConfig> {
  @Override
  public String name() {
    return "flava";
  }

  @Override
  public Class<FlavaConfig> configType() {
    return FlavaConfig.class;
  }

  @Override
  public Model create(FlavaConfig config) {
    return new Flava(config);
  }

  @Override
  public FlavaConfig withVocabulary(FlavaConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public int vocabularySize(FlavaConfig config) {
    return config.text().vocabularySize();
  }

  @Override
  public Preprocessing preprocessing(FlavaConfig config) {
    return Preprocessing.clip(config.image().imageSize());
  }

  @Override
  public int contextLength(FlavaConfig config) {
    return config.text().contextLength();
  }

  /** Padded with 0, so that padding is told from the end of a text. */
  @Override
  public TokenizerRules tokenizerRules(FlavaConfig config) {
    return TokenizerRules.openClip(config.text().contextLength());
  }

  @Override
  public FlavaConfig withImageSize(FlavaConfig config, int pixels) {
    return config.withImageSize(pixels);
  }

  @Override
  public FlavaConfig withContextLength(FlavaConfig config, int tokens) {
    return config.withContextLength(tokens);
  }

  @Override
  public List<String> parts() {
    return List.of(Flava.IMAGE_TOKENIZER);
  }

  @Override
  public FlavaConfig withPart(FlavaConfig config, String part, ModelSpec<?> other) {
    try (var _ = Init.shapes();
        Model model = other.create()) {
      if (model instanceof ImageTokenizer tokenizer) {
        return config.withImageTokenizer(other.toTree(), tokenizer.codebookSize());
      }
    }
    throw new InputException(
        "a %s model cannot be an image tokenizer".formatted(other.family().name()));
  }

  @Override
  public Map<String, Positions> positions() {
    return Map.of(
        "image.positions", new Positions.Grid(1), "text.positions", new Positions.Sequence(0));
  }

  /** By the names of torchmultimodal's outputs and losses. */
  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    var flava = (Flava) model;
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor pixels = inputs.get(Batch.PIXELS);
    Tensor ids = inputs.get(Batch.TOKENS);
    Tensor hidden = inputs.get(HiddenPatches.HIDDEN);
    Tensor shown = inputs.get(HiddenTokens.SHOWN);
    if (pixels != null) {
      outputs.put("image_sequence", flava.imageSequence(pixels, null));
      outputs.put("projected_image_embeddings", flava.imageFeatures(pixels));
      if (hidden != null) {
        outputs.put("image_masked_sequence", flava.imageSequence(pixels, hidden));
      }
    }
    if (ids == null) {
      return outputs;
    }
    var whole = new HiddenTokens(ids);
    outputs.put("text_sequence", flava.textSequence(whole));
    outputs.put("projected_text_embeddings", flava.textFeatures(ids));
    var masked = shown == null ? whole : new HiddenTokens(ids, shown, whole.targets());
    if (shown != null) {
      outputs.put("text_masked_sequence", flava.textSequence(masked));
    }
    if (pixels != null) {
      outputs.put("multimodal_sequence", flava.multimodalSequence(pixels, null, whole));
      if (hidden != null && shown != null) {
        outputs.put("multimodal_masked_sequence", flava.multimodalSequence(pixels, hidden, masked));
        outputs.putAll(losses(flava, inputs));
      }
    }
    return outputs;
  }

  /** Those of one modality from that alone, the others from the pairs. */
  private static SequencedMap<String, Tensor> losses(Flava flava, Map<String, Tensor> inputs) {
    var losses = new LinkedHashMap<String, Tensor>();
    if (!inputs.containsKey(HiddenPatches.TARGETS) || !inputs.containsKey(HiddenTokens.TARGETS)) {
      return losses;
    }
    try (var batch = new Batch()) {
      inputs.forEach(batch::put);
      var unused = new SplittableRandom(0); // nothing is left to chance
      losses.putAll(flava.pictureLosses(batch, unused));
      losses.putAll(flava.textLosses(batch, unused));
      losses.putAll(flava.pairLosses(batch, unused));
    }
    return losses;
  }

  @Override
  public List<Layout> layouts() {
    return List.of(Layout.HUGGING_FACE);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE
        && (json.path("model_type").asString("").equals("flava") || TorchMultimodal.wrote(json));
  }

  @Override
  public FlavaConfig readConfig(Layout layout, ObjectNode json) {
    return TorchMultimodal.wrote(json)
        ? TorchMultimodal.readConfig(json)
        : HuggingFaceFlava.readConfig(json);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, FlavaConfig config) {
    return HuggingFaceFlava.writeConfig(config);
  }

  @Override
  public List<String> unsaid(Layout layout, FlavaConfig config) {
    return config.headEpsilon() == config.epsilon()
        ? List.of()
        : List.of("transformers gives the heads' layer norms the epsilon of the encoders'");
  }

  @Override
  public KeyMap keys(Layout layout) {
    return HuggingFaceFlava.keys();
  }

  @Override
  public KeyMap keys(Layout layout, ObjectNode json) {
    return TorchMultimodal.wrote(json) ? TorchMultimodal.keys() : keys(layout);
  }
}
