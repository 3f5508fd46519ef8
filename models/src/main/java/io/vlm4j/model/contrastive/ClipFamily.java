package io.vlm4j.model.contrastive;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.Json;
import io.vlm4j.model.Family;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.Positions;
import io.vlm4j.nn.Activation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Clip} is configured, named by others and fed. */
public final class ClipFamily implements Family<TwoTowerConfig> {
  @Override
  public String name() {
    return "clip";
  }

  @Override
  public Class<TwoTowerConfig> configType() {
    return TwoTowerConfig.class;
  }

  @Override
  public Model create(TwoTowerConfig config) {
    return new Clip(config);
  }

  @Override
  public TwoTowerConfig withVocabulary(TwoTowerConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public int vocabularySize(TwoTowerConfig config) {
    return config.text().vocabularySize();
  }

  @Override
  public Preprocessing preprocessing(TwoTowerConfig config) {
    return Preprocessing.clip(config.vision().imageSize());
  }

  @Override
  public int contextLength(TwoTowerConfig config) {
    return config.text().contextLength();
  }

  @Override
  public TwoTowerConfig withImageSize(TwoTowerConfig config, int pixels) {
    return config.withImageSize(pixels);
  }

  @Override
  public TwoTowerConfig withContextLength(TwoTowerConfig config, int tokens) {
    return config.withContextLength(tokens);
  }

  @Override
  public Map<String, Positions> positions() {
    return Map.of(
        "vision.positions", new Positions.Grid(1), "text.positions", new Positions.Sequence(0));
  }

  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    return TwoTowerOutputs.of((Clip) model, inputs);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> json.path("model_type").asString("").equals("clip");
      case OPEN_CLIP -> {
        JsonNode model = json.path("model_cfg");
        yield model.path("vision_cfg").isObject()
            && !model.hasNonNull("multimodal_cfg")
            && OpenClipTowers.refusal(model).isEmpty();
      }
    };
  }

  @Override
  public Optional<String> refusal(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> {
        String type = json.path("model_type").asString("");
        yield type.matches("clip_(text|vision)_model.*")
            ? Optional.of(HuggingFaceTowers.oneTower(type))
            : Optional.empty();
      }
      case OPEN_CLIP -> OpenClipTowers.refusal(json.path("model_cfg"));
    };
  }

  @Override
  public TwoTowerConfig readConfig(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> readHuggingFace(json);
      case OPEN_CLIP -> readOpenClip(ForeignTree.of(json).at("model_cfg"));
    };
  }

  private static TwoTowerConfig readHuggingFace(ObjectNode json) {
    ForeignTree whole = ForeignTree.of(json);
    ForeignTree text = HuggingFaceTowers.part(json, "text");
    String activation = Activation.QUICK_GELU.id();
    int endId = text.whole("eos_token_id", 49407);
    return new TwoTowerConfig(
        whole.whole("projection_dim", 512),
        HuggingFaceTowers.vision(HuggingFaceTowers.part(json, "vision"), 32, activation, 1e-5),
        new TwoTowerConfig.Text(
            text.whole("max_position_embeddings", 77),
            text.whole("vocab_size", 49408),
            endId == 2 ? -1 : endId, // 2 stands in old configurations; their code takes the highest
            text.whole("hidden_size", 512),
            text.whole("num_hidden_layers", 12),
            text.whole("num_attention_heads", 8),
            text.whole("intermediate_size", 2048),
            text.text("hidden_act", activation),
            text.number("layer_norm_eps", 1e-5),
            0),
        whole.number("logit_scale_init_value", 2.6592),
        0,
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE);
  }

  private static TwoTowerConfig readOpenClip(ForeignTree model) {
    model.requireNone("init_logit_bias"); // this family's logits have none
    ForeignTree text = model.at("text_cfg");
    text.requireFlag("no_causal_mask", false);
    text.requireFlag("proj_bias", false);
    text.requireNone("embed_cls");
    model.at("vision_cfg").requireNone("attentional_pool");
    int endId = -1;
    if (text.text("pool_type", "argmax").equals("eos")) {
      endId = text.whole("eos_id", 2);
    } else {
      text.requireText("pool_type", "argmax", "argmax");
    }
    return new TwoTowerConfig(
        model.whole("embed_dim", 512),
        OpenClipTowers.readVision(model),
        OpenClipTowers.readText(model, endId),
        model.number("init_logit_scale", TwoTowerConfig.CLIP_LOGIT_SCALE),
        0,
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, TwoTowerConfig config) {
    return switch (layout) {
      case HUGGING_FACE -> writeHuggingFace(config);
      case OPEN_CLIP -> writeOpenClip(config);
    };
  }

  private static ObjectNode writeHuggingFace(TwoTowerConfig config) {
    ObjectNode json = HuggingFaceTowers.write(config, "clip", "CLIPModel");
    json.put("projection_dim", config.embedWidth());
    json.put("logit_scale_init_value", config.logitScale());
    var text = config.text();
    int endId = text.endId() < 0 ? text.vocabularySize() - 1 : text.endId();
    ((ObjectNode) json.path("text_config"))
        .put("projection_dim", config.embedWidth())
        .put("bos_token_id", endId - 1)
        .put("eos_token_id", endId)
        .put("pad_token_id", endId);
    ((ObjectNode) json.path("vision_config")).put("projection_dim", config.embedWidth());
    return json;
  }

  private static ObjectNode writeOpenClip(TwoTowerConfig config) {
    boolean isQuick =
        config.vision().activation().equals(Activation.QUICK_GELU.id())
            || config.text().activation().equals(Activation.QUICK_GELU.id());
    ObjectNode json = Json.object();
    ObjectNode model = json.putObject("model_cfg").put("embed_dim", config.embedWidth());
    if (isQuick) {
      model.put("quick_gelu", true);
    }
    model.set("vision_cfg", OpenClipTowers.writeVision(config.vision(), isQuick));
    model.set("text_cfg", OpenClipTowers.writeText(config.text(), isQuick));
    return json;
  }

  @Override
  public List<String> unsaid(Layout layout, TwoTowerConfig config) {
    boolean isMixed =
        !config.vision().activation().equals(config.text().activation())
            && (config.vision().activation().equals(Activation.QUICK_GELU.id())
                || config.text().activation().equals(Activation.QUICK_GELU.id()));
    return layout == Layout.OPEN_CLIP && isMixed
        ? List.of("OpenCLIP has one QuickGELU switch for both towers, of which only one has it")
        : List.of();
  }

  @Override
  public KeyMap keys(Layout layout) {
    return switch (layout) {
      case HUGGING_FACE ->
          HuggingFaceTowers.clipVision(HuggingFaceTowers.keys(), "vision_model.")
              .rename("vision.projection.weight", "visual_projection.weight")
              .rename("text.projection.weight", "text_projection.weight")
              .scalar("logitScale", "logit_scale")
              .build();
      case OPEN_CLIP -> openClipKeys("");
    };
  }

  /** OpenCLIP's models with a text tower of its own kind have its names under {@code text.}. */
  @Override
  public KeyMap keys(Layout layout, ObjectNode json) {
    return layout == Layout.OPEN_CLIP && json.path("model_cfg").path("custom_text").asBoolean(false)
        ? openClipKeys("text.")
        : keys(layout);
  }

  private static KeyMap openClipKeys(String textPrefix) {
    var keys =
        KeyMap.builder()
            .optionalPrefix("_orig_mod.")
            .optionalPrefix("module.")
            .optionalPrefix("text.");
    OpenClipTowers.vision(keys);
    OpenClipTowers.text(keys, textPrefix);
    return keys.transpose("text.projection.weight", textPrefix + "text_projection")
        .scalar("logitScale", "logit_scale")
        .build();
  }
}
