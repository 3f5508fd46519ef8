package io.vlm4j.model.tokenizer;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.model.Family;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Batch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the families of image tokenizers share: pictures with values from 0 to 1, no texts, the
 * Hugging Face layout's files.
 */
abstract class TokenizerFamily<C extends Record> implements Family<C> {
  private static final List<Double> ZERO = List.of(0.0, 0.0, 0.0);
  private static final List<Double> ONE = List.of(1.0, 1.0, 1.0);

  @Override
  public final boolean readsTexts() {
    return false;
  }

  /** There are no texts. */
  @Override
  public final C withVocabulary(C config, int vocabularySize) {
    return config;
  }

  @Override
  public final int vocabularySize(C config) {
    return 0;
  }

  @Override
  public final int contextLength(C config) {
    return 0;
  }

  @Override
  public final C withContextLength(C config, int tokens) {
    return config;
  }

  abstract int imageSize(C config);

  /**
   * The middle of the picture, values from 0 to 1; each model maps them to what it computes with.
   */
  @Override
  public final Preprocessing preprocessing(C config) {
    return new Preprocessing(
        imageSize(config), Preprocessing.Mode.SHORTEST, Resize.Filter.BICUBIC, ZERO, ONE);
  }

  @Override
  public final List<Layout> layouts() {
    return List.of(Layout.HUGGING_FACE);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE
        && modelTypes().contains(json.path("model_type").asString(""));
  }

  /** What configurations of such models call them. */
  List<String> modelTypes() {
    return List.of(name());
  }

  /** The codes as f32, and the pictures made of them, where the model can make some. */
  @Override
  public final SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    var tokenizer = (ImageTokenizer) model;
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor pixels = inputs.get(Batch.PIXELS);
    if (pixels != null) {
      Tensor codes = tokenizer.encode(pixels);
      outputs.put("codes", codes.to(ScalarType.Float));
      if (decodes(model)) {
        outputs.put("reconstruction", tokenizer.decode(codes));
      }
    }
    return outputs;
  }

  boolean decodes(Model model) {
    return true;
  }

  static List<Integer> wholes(ObjectNode json, String key, int... absent) {
    return json.path(key) instanceof ArrayNode array
        ? array.valueStream().map(node -> node.asInt()).toList()
        : Arrays.stream(absent).boxed().toList();
  }
}
