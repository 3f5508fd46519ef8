package io.vlm4j.model.generative;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Family;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.nn.Init;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Chameleon} is configured, named by Hugging Face and fed. */
public final class ChameleonFamily implements Family<ChameleonConfig> {
  @Override
  public String name() {
    return "chameleon";
  }

  @Override
  public Class<ChameleonConfig> configType() {
    return ChameleonConfig.class;
  }

  @Override
  public Model create(ChameleonConfig config) {
    return new Chameleon(config);
  }

  /** Of the tokenizer of texts. */
  @Override
  public ChameleonConfig withVocabulary(ChameleonConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public int vocabularySize(ChameleonConfig config) {
    return config.text().vocabularySize();
  }

  @Override
  public int contextLength(ChameleonConfig config) {
    return config.text().length();
  }

  @Override
  public ChameleonConfig withContextLength(ChameleonConfig config, int tokens) {
    return config.withLength(tokens);
  }

  @Override
  public Preprocessing preprocessing(ChameleonConfig config) {
    ChameleonConfig.Image image = config.image();
    return new Preprocessing(
        image.size(),
        Preprocessing.Mode.SHORTEST,
        Resize.Filter.BICUBIC,
        Collections.nCopies(3, image.mean()),
        Collections.nCopies(3, image.std()));
  }

  @Override
  public List<String> parts() {
    return List.of(Chameleon.IMAGE_TOKENIZER);
  }

  @Override
  public Optional<String> preprocessingPart() {
    return Optional.of(Chameleon.IMAGE_TOKENIZER);
  }

  /** A model that is given pictures as the tokenizer is. */
  @Override
  public ChameleonConfig withPart(ChameleonConfig config, String part, ModelSpec<?> other) {
    Preprocessing given = other.readsPictures() ? other.preprocessing() : null;
    try (var _ = Init.shapes();
        Model model = other.create()) {
      if (given == null || !(model instanceof ImageTokenizer tokenizer)) {
        throw new InputException(
            "part '%s': a %s model makes no codes of pictures; a vqgan does"
                .formatted(part, other.family().name()));
      }
      return config.withImage(
          new ChameleonConfig.Image(
              given.size(),
              given.size() / tokenizer.downsampling(),
              tokenizer.codebookSize(),
              tokenizer.codebookSize() == config.image().codes()
                  ? config.image().ids()
                  : ChameleonConfig.Ids.BEHIND,
              same(given.mean(), part),
              same(given.std(), part),
              other.toTree()));
    }
  }

  private static double same(List<Double> channels, String part) {
    if (channels.stream().distinct().count() != 1) {
      throw new InputException(
          "part '%s': it wants pictures whose channels are normalised otherwise than each other: %s"
              .formatted(part, channels));
    }
    return channels.getFirst();
  }

  @Override
  public ChameleonConfig withImageSize(ChameleonConfig config, int pixels) {
    if (config.image().tokenizer().isNull()) {
      throw new InputException("there is no image tokenizer yet: its pictures decide the size");
    }
    ModelSpec<?> tokenizer = ModelSpec.parse(config.image().tokenizer(), Chameleon.IMAGE_TOKENIZER);
    return withPart(config, Chameleon.IMAGE_TOKENIZER, tokenizer.withImageSize(pixels));
  }

  /** Logits after each of the tokens, and the codes of pictures. */
  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    var chameleon = (Chameleon) model;
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor tokens = inputs.get(Batch.TOKENS);
    if (tokens != null) {
      outputs.put("logits", chameleon.tokenLogits(tokens));
    }
    Tensor pixels = inputs.get(Batch.PIXELS);
    if (pixels != null) {
      Tensor block = chameleon.pictureTokens(pixels);
      Tensor inner = Tensors.slice(block, 1, 1, block.size(1) - 1);
      outputs.put("picture_tokens", inner.to(ScalarType.Float));
    }
    return outputs;
  }

  @Override
  public List<Layout> layouts() {
    return List.of(Layout.HUGGING_FACE);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE
        && json.path("model_type").asString("").equals(HuggingFaceChameleon.TYPE);
  }

  @Override
  public ChameleonConfig readConfig(Layout layout, ObjectNode json) {
    return HuggingFaceChameleon.read(json);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, ChameleonConfig config) {
    return HuggingFaceChameleon.write(config);
  }

  /** There, pictures in texts are marked by a token of their own, and none has a decoder. */
  @Override
  public List<String> unsaid(Layout layout, ChameleonConfig config) {
    return List.of("transformers marks pictures in prompts by a token <image>, which is not here");
  }

  @Override
  public KeyMap keys(Layout layout) {
    return HuggingFaceChameleon.keys(HuggingFaceChameleon.tokenizerFamily("vqgan"));
  }

  @Override
  public KeyMap keys(Layout layout, ObjectNode json) {
    return HuggingFaceChameleon.keys(HuggingFaceChameleon.tokenizerFamily(json));
  }
}
