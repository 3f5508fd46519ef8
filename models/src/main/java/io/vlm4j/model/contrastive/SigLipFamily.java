package io.vlm4j.model.contrastive;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
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
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How {@link SigLip} is configured, named by others and fed. */
public final class SigLipFamily implements Family<TwoTowerConfig> {
  private static final double START_SCALE = Math.log(10);
  private static final double START_BIAS = -10;

  /** Written for sizes that timm has no name for. */
  private static final String NO_NAME = "none";

  @Override
  public String name() {
    return "siglip";
  }

  @Override
  public Class<TwoTowerConfig> configType() {
    return TwoTowerConfig.class;
  }

  @Override
  public Model create(TwoTowerConfig config) {
    if (config.vision().width() != config.embedWidth()) {
      throw new InputException(
          "SigLIP's image tower ends in the common space: its width must be the embedWidth "
              + config.embedWidth());
    }
    return new SigLip(config);
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
    return Preprocessing.sigLip(config.vision().imageSize());
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
        "vision.positions", new Positions.Grid(0), "text.positions", new Positions.Sequence(0));
  }

  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    return TwoTowerOutputs.of((SigLip) model, inputs);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> json.path("model_type").asString("").equals("siglip");
      case OPEN_CLIP -> {
        JsonNode vision = json.path("model_cfg").path("vision_cfg");
        yield TimmSigLip.named(vision.path("timm_model_name").asString(""), 224) != null;
      }
    };
  }

  @Override
  public Optional<String> refusal(Layout layout, ObjectNode json) {
    String type = json.path("model_type").asString("");
    if (layout != Layout.HUGGING_FACE || !type.startsWith("siglip")) {
      return Optional.empty();
    }
    return Optional.of(
        type.startsWith("siglip2")
            ? "model type '"
                + type
                + "' is SigLIP 2 for pictures of any shape (NaFlex), which is not supported:"
                + " take a checkpoint of one resolution, of model type 'siglip'"
            : HuggingFaceTowers.oneTower(type));
  }

  @Override
  public TwoTowerConfig readConfig(Layout layout, ObjectNode json) {
    return switch (layout) {
      case HUGGING_FACE -> readHuggingFace(json);
      case OPEN_CLIP -> readOpenClip(ForeignTree.of(json).at("model_cfg"));
    };
  }

  private static TwoTowerConfig readHuggingFace(ObjectNode json) {
    ForeignTree vision = HuggingFaceTowers.part(json, "vision");
    ForeignTree text = HuggingFaceTowers.part(json, "text");
    vision.requireFlag("vision_use_head", true);
    String activation = Activation.GELU_TANH.id();
    int width = text.whole("hidden_size", 768);
    return new TwoTowerConfig(
        text.whole("projection_size", width),
        HuggingFaceTowers.vision(vision, 16, activation, 1e-6),
        new TwoTowerConfig.Text(
            text.whole("max_position_embeddings", 64),
            text.whole("vocab_size", 32000),
            -1,
            width,
            text.whole("num_hidden_layers", 12),
            text.whole("num_attention_heads", 12),
            text.whole("intermediate_size", 3072),
            text.text("hidden_act", activation),
            text.number("layer_norm_eps", 1e-6),
            0),
        START_SCALE,
        START_BIAS,
        Double.MAX_VALUE); // trained checkpoints lie above CLIP's bound
  }

  private static TwoTowerConfig readOpenClip(ForeignTree model) {
    ForeignTree vision = model.at("vision_cfg");
    ForeignTree text = model.at("text_cfg");
    vision.requireText("timm_pool", "avg", "map");
    if (!vision.text("timm_proj", "linear").isEmpty()) {
      vision.requireText("timm_proj", "linear", "none");
    }
    text.requireFlag("proj_bias", true);
    text.requireNone("embed_cls");
    text.requireText("pool_type", "argmax", "last");
    if (!text.flag("no_causal_mask", false)) {
      throw text.wrong("no_causal_mask", "SigLIP's text tower has no causal mask");
    }
    String name = vision.text("timm_model_name", "");
    return new TwoTowerConfig(
        model.whole("embed_dim", 768),
        Objects.requireNonNull(TimmSigLip.named(name, vision.side("image_size", 224)), name),
        OpenClipTowers.readText(model, -1),
        model.number("init_logit_scale", START_SCALE),
        model.number("init_logit_bias", START_BIAS),
        Double.MAX_VALUE);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, TwoTowerConfig config) {
    return switch (layout) {
      case HUGGING_FACE -> {
        ObjectNode json = HuggingFaceTowers.write(config, "siglip", "SiglipModel");
        ((ObjectNode) json.path("text_config")).put("projection_size", config.embedWidth());
        yield json;
      }
      case OPEN_CLIP -> writeOpenClip(config);
    };
  }

  private static ObjectNode writeOpenClip(TwoTowerConfig config) {
    ObjectNode json = Json.object();
    ObjectNode model = json.putObject("model_cfg").put("embed_dim", config.embedWidth());
    model.put("init_logit_scale", config.logitScale()).put("init_logit_bias", config.logitBias());
    model.put("custom_text", true);
    model
        .putObject("vision_cfg")
        .put("image_size", config.vision().imageSize())
        .put("timm_model_name", TimmSigLip.nameOf(config.vision()).orElse(NO_NAME))
        .put("timm_model_pretrained", false)
        .put("timm_pool", "map")
        .put("timm_proj", "none");
    ObjectNode text = OpenClipTowers.writeText(config.text(), false);
    text.put("no_causal_mask", true).put("proj_bias", true).put("pool_type", "last");
    boolean isFirst = config.text().vocabularySize() == 32000;
    text.put("hf_tokenizer_name", isFirst ? "timm/ViT-B-16-SigLIP" : "timm/ViT-B-16-SigLIP2");
    text.putObject("tokenizer_kwargs").put("clean", "canonicalize");
    model.set("text_cfg", text);
    return json;
  }

  @Override
  public List<String> unsaid(Layout layout, TwoTowerConfig config) {
    if (layout != Layout.OPEN_CLIP) {
      return List.of();
    }
    Optional<String> name = TimmSigLip.nameOf(config.vision());
    if (name.isEmpty()) {
      return List.of("timm has no SigLIP tower of these sizes: only vlm4j reads the folder back");
    }
    var named = TimmSigLip.named(name.get(), config.vision().imageSize());
    return named != null && !named.activation().equals(config.vision().activation())
        ? List.of(
            "timm's %s computes %s where this model has %s in the image tower"
                .formatted(name.get(), named.activation(), config.vision().activation()))
        : List.of();
  }

  @Override
  public KeyMap keys(Layout layout) {
    return switch (layout) {
      case HUGGING_FACE ->
          HuggingFaceTowers.keys()
              .rename("vision.patches.bias", "vision_model.embeddings.patch_embedding.bias")
              .rename("vision.pooler.probe", "vision_model.head.probe")
              .rename("vision.pooler.attention.qkv.*", "vision_model.head.attention.in_proj_*")
              .rename("vision.pooler.attention.out.*", "vision_model.head.attention.out_proj.*")
              .rename("vision.pooler.norm.*", "vision_model.head.layernorm.*")
              .rename("vision.pooler.mlp.up.*", "vision_model.head.mlp.fc1.*")
              .rename("vision.pooler.mlp.down.*", "vision_model.head.mlp.fc2.*")
              .rename("text.head.*", "text_model.head.*")
              .oneElement("logitScale", "logit_scale")
              .oneElement("logitBias", "logit_bias")
              .build();
      case OPEN_CLIP -> openClipKeys();
    };
  }

  private static KeyMap openClipKeys() {
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("module.");
    String trunk = "visual.trunk.";
    String pool = trunk + "attn_pool.";
    keys.rename("vision.patches.*", trunk + "patch_embed.proj.*")
        .leadingOne("vision.positions", trunk + "pos_embed")
        .rename("vision.blocks.*.norm1.*", trunk + "blocks.*.norm1.*")
        .rename("vision.blocks.*.attention.qkv.*", trunk + "blocks.*.attn.qkv.*")
        .rename("vision.blocks.*.attention.out.*", trunk + "blocks.*.attn.proj.*")
        .rename("vision.blocks.*.norm2.*", trunk + "blocks.*.norm2.*")
        .rename("vision.blocks.*.mlp.up.*", trunk + "blocks.*.mlp.fc1.*")
        .rename("vision.blocks.*.mlp.down.*", trunk + "blocks.*.mlp.fc2.*")
        .rename("vision.norm.*", trunk + "norm.*")
        .rename("vision.pooler.probe", pool + "latent")
        .splitFirst("vision.pooler.attention.qkv.*", pool + "q.*", pool + "kv.*")
        .rename("vision.pooler.attention.out.*", pool + "proj.*")
        .rename("vision.pooler.norm.*", pool + "norm.*")
        .rename("vision.pooler.mlp.up.*", pool + "mlp.fc1.*")
        .rename("vision.pooler.mlp.down.*", pool + "mlp.fc2.*");
    OpenClipTowers.text(keys, "text.");
    return keys.rename("text.head.*", "text.text_projection.*")
        .scalar("logitScale", "logit_scale")
        .scalar("logitBias", "logit_bias")
        .build();
  }
}
