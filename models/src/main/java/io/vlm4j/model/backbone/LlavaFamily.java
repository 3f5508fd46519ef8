package io.vlm4j.model.backbone;

import io.vlm4j.generate.Decoder;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Family;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.OutsidePart;
import io.vlm4j.model.Positions;
import io.vlm4j.model.backbone.LlavaConfig.Projector;
import io.vlm4j.model.contrastive.HuggingFaceTowers;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.nn.Activation;
import io.vlm4j.tensor.Batch;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.TokenizerRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Llava} is configured, named by Hugging Face and fed. */
public final class LlavaFamily implements Family<LlavaConfig> {
  private static final int GREEDY = 6;
  private static final String VISION = "vision_tower.vision_model.";
  private static final String LANGUAGE = "language_model.model.";

  @Override
  public String name() {
    return "llava";
  }

  @Override
  public Class<LlavaConfig> configType() {
    return LlavaConfig.class;
  }

  @Override
  public Model create(LlavaConfig config) {
    return new Llava(config);
  }

  @Override
  public LlavaConfig withVocabulary(LlavaConfig config, int vocabularySize) {
    return config.withLanguage(config.language().withVocabulary(vocabularySize));
  }

  @Override
  public int vocabularySize(LlavaConfig config) {
    return config.language().vocabularySize();
  }

  @Override
  public Preprocessing preprocessing(LlavaConfig config) {
    return Preprocessing.clip(config.vision().imageSize());
  }

  @Override
  public int contextLength(LlavaConfig config) {
    return config.language().contextLength();
  }

  @Override
  public TokenizerRules tokenizerRules(LlavaConfig config) {
    return TokenizerRules.clip(config.language().contextLength());
  }

  @Override
  public LlavaConfig withImageSize(LlavaConfig config, int pixels) {
    if (config.anyRes() != null) {
      throw new InputException("the canvases of this model are made of its own views");
    }
    return config.withVision(config.vision().withImageSize(pixels));
  }

  @Override
  public LlavaConfig withContextLength(LlavaConfig config, int tokens) {
    return config.withLanguage(config.language().withContextLength(tokens));
  }

  @Override
  public Map<String, Positions> positions() {
    return Map.of("vision.positions", new Positions.Grid(1));
  }

  /** The image tower of a CLIP, and a language model. */
  @Override
  public List<String> parts() {
    return List.of("vision", "language");
  }

  @Override
  public LlavaConfig withPart(LlavaConfig config, String part, ModelSpec<?> other) {
    return switch (other.config()) {
      case TwoTowerConfig clip when part.equals("vision") && other.family().name().equals("clip") ->
          config.withVision(clip.vision());
      // Pictures need places that a model of words alone need not have.
      case LlamaConfig language when part.equals("language") ->
          config.withLanguage(
              language.withContextLength(
                  Math.max(language.contextLength(), config.language().contextLength())));
      default ->
          throw new InputException(
              "a %s model cannot be the '%s' of a llava: take a clip as vision, a llama as language"
                  .formatted(other.family().name(), part));
    };
  }

  @Override
  public Optional<String> tokenizerPart() {
    return Optional.of("language");
  }

  @Override
  public Optional<String> preprocessingPart() {
    return Optional.of("vision");
  }

  /** As LLaVA 1.5 was trained. */
  @Override
  public Optional<String> dialogueTemplate() {
    return Optional.of("vicuna");
  }

  @Override
  public MemoryPlan.TokenCost tokenCost(LlavaConfig config) {
    return config.language().tokenCost();
  }

  /** The language model alone: the image tower runs once a picture, and is small. */
  @Override
  public boolean isInt8(LlavaConfig config, String matrix) {
    String part = "language.";
    return matrix.startsWith(part) && config.language().isInt8(matrix.substring(part.length()));
  }

  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    var llava = (Llava) model;
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor pixels = inputs.get(Batch.PIXELS);
    Tensor tokens = inputs.get(Batch.TOKENS);
    if (pixels != null) {
      outputs.put("image_features", llava.features(pixels));
    }
    if (tokens != null) {
      outputs.put("logits", llava.logits(tokens, pixels, inputs.get(Batch.SIZES)));
      try (var batch = new Batch()) {
        inputs.forEach(batch::put);
        if (inputs.containsKey(Batch.LABELS)) {
          llava.losses(batch).values().forEach(loss -> outputs.put("loss", loss));
        }
        try (Decoder decoder = llava.texts(batch)) {
          outputs.put("greedy_ids", LlamaFamily.greedy(decoder, tokens, GREEDY));
        }
      }
    }
    return outputs;
  }

  @Override
  public List<Layout> layouts() {
    return List.of(Layout.HUGGING_FACE);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    String type = json.path("model_type").asString("");
    boolean isHubs = (type.equals("llava") || type.equals("llava_next")) && json.has("text_config");
    return layout == Layout.HUGGING_FACE && (isHubs || LlavaOriginal.isKnown(json));
  }

  @Override
  public Optional<String> refusal(Layout layout, ObjectNode json) {
    return layout == Layout.HUGGING_FACE && LlavaOriginal.wrote(json)
        ? Optional.of(LlavaOriginal.refusal(json))
        : Optional.empty();
  }

  /** The image tower, where LLaVA's own code wrote the checkpoint. */
  @Override
  public Optional<OutsidePart> outsidePart(Layout layout, ObjectNode json) {
    return LlavaOriginal.wrote(json) ? Optional.of(LlavaOriginal.tower(json)) : Optional.empty();
  }

  @Override
  public boolean isReadOnly(Layout layout, ObjectNode json) {
    return LlavaOriginal.wrote(json);
  }

  @Override
  public Preprocessing preprocessing(ObjectNode json, Preprocessing stored) {
    return LlavaOriginal.wrote(json) ? LlavaOriginal.preprocessing(json, stored) : stored;
  }

  @Override
  public Optional<ChatTemplate> dialogueTemplate(Path folder, ObjectNode json, String end) {
    return LlavaOriginal.wrote(json)
        ? Optional.of(LlavaConversation.of(folder, json))
        : Family.super.dialogueTemplate(folder, json, end);
  }

  @Override
  public LlavaConfig readConfig(Layout layout, ObjectNode json) {
    if (LlavaOriginal.wrote(json)) {
      return LlavaOriginal.readConfig(json);
    }
    ForeignTree tree = ForeignTree.of(json);
    ForeignTree part = tree.at("vision_config");
    part.requireText("model_type", "clip_vision_model", "clip_vision_model");
    TwoTowerConfig.Vision vision =
        HuggingFaceTowers.vision(part, 32, Activation.QUICK_GELU.id(), 1e-5);
    String strategy = tree.text("vision_feature_select_strategy", "default");
    if (!strategy.equals("default") && !strategy.equals("full")) {
      throw tree.wrong("vision_feature_select_strategy", "use default or full");
    }
    int layer = tree.whole("vision_feature_layer", -2);
    int pictureId =
        tree.has("image_token_id")
            ? tree.whole("image_token_id", 32_000)
            : tree.whole("image_token_index", 32_000);
    return new LlavaConfig(
        vision,
        layer < 0 ? vision.layers() + 1 + layer : layer,
        strategy.equals("full"),
        new Projector(
            "mlp",
            tree.text("projector_hidden_act", "gelu"),
            tree.flag("multimodal_projector_bias", true)),
        HuggingFaceLlama.read(json.path("text_config"), "text_config"),
        pictureId,
        json.path("model_type").asString("").equals("llava_next") ? anyRes(tree) : null);
  }

  private static AnyRes anyRes(ForeignTree tree) {
    tree.requireFlag("use_image_newline_parameter", true);
    JsonNode points = tree.node().path("image_grid_pinpoints");
    var canvases = new ArrayList<AnyRes.Canvas>();
    for (JsonNode point : points) {
      if (point.size() != 2 || !point.path(0).isInt() || !point.path(1).isInt()) {
        throw tree.wrong("image_grid_pinpoints", "a list of [height, width] is needed");
      }
      canvases.add(new AnyRes.Canvas(point.path(0).asInt(), point.path(1).asInt()));
    }
    if (canvases.isEmpty()) { // what transformers takes where a file says nothing
      int[][] usual = {{336, 672}, {672, 336}, {672, 672}, {1008, 336}, {336, 1008}};
      for (int[] each : usual) {
        canvases.add(new AnyRes.Canvas(each[0], each[1]));
      }
    }
    return new AnyRes(canvases);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, LlavaConfig config) {
    @Nullable AnyRes anyRes = config.anyRes();
    ObjectNode json = Json.object().put("model_type", anyRes == null ? "llava" : "llava_next");
    json.putArray("architectures")
        .add(
            anyRes == null ? "LlavaForConditionalGeneration" : "LlavaNextForConditionalGeneration");
    json.put("torch_dtype", "float32")
        .put("image_token_index", config.pictureId())
        .put("vision_feature_layer", config.featureLayer() - config.vision().layers() - 1)
        .put("vision_feature_select_strategy", config.classToken() ? "full" : "default")
        .put("projector_hidden_act", config.projector().activation())
        .put("multimodal_projector_bias", config.projector().bias())
        .put("image_seq_length", config.viewTokens())
        .put("tie_word_embeddings", config.language().tied());
    if (anyRes != null) {
      var points = json.putArray("image_grid_pinpoints");
      anyRes
          .canvases()
          .forEach(canvas -> points.addArray().add(canvas.height()).add(canvas.width()));
    }
    json.set("vision_config", HuggingFaceTowers.write(config.vision(), "clip"));
    ObjectNode text = HuggingFaceLlama.write(config.language());
    text.remove("torch_dtype");
    json.set("text_config", text);
    return json;
  }

  @Override
  public List<String> unsaid(Layout layout, LlavaConfig config) {
    var unsaid = new ArrayList<String>();
    int layers = config.projector().layers();
    if (layers != 2) {
      unsaid.add("transformers' LLaVA has no projector of %d layers".formatted(layers));
    }
    if (config.pictureId() < 0) {
      unsaid.add(
          "transformers' LLaVA needs a token for pictures: add <image> to the tokenizer, a row for"
              + " it to the embeddings, and its id as 'image_token_index'");
    }
    return unsaid;
  }

  /** Names as the hub has them; those of later versions of transformers are read too. */
  @Override
  public KeyMap keys(Layout layout) {
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("module.");
    HuggingFaceTowers.clipVision(HuggingFaceTowers.vision(keys, VISION), VISION);
    HuggingFaceLlama.keys(keys, "language.", LANGUAGE, "language_model.");
    for (String part : List.of("embeddings.", "encoder.", "pre_layrnorm.", "post_layernorm.")) {
      keys.alias("model.vision_tower." + part, VISION + part)
          .alias("vision_tower." + part, VISION + part);
    }
    return keys.alias("model.language_model.", LANGUAGE)
        .alias("model.vision_tower.", "vision_tower.")
        .alias("model.multi_modal_projector.", "multi_modal_projector.")
        .alias("model.image_newline", "image_newline")
        .alias("lm_head.", "language_model.lm_head.")
        .rename("projector.first.*", "multi_modal_projector.linear_1.*")
        .rename("projector.second.*", "multi_modal_projector.linear_2.*")
        .rename("projector.layer*.*", "multi_modal_projector.linear_*.*")
        .rename("newline", "image_newline")
        .build();
  }

  @Override
  public KeyMap keys(Layout layout, ObjectNode json) {
    return LlavaOriginal.wrote(json) ? LlavaOriginal.keys(json) : keys(layout);
  }
}
