package io.vlm4j.model.generative;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Family;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.Positions;
import io.vlm4j.model.contrastive.OpenClipTowers;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.model.generative.CocaConfig.Pooling;
import io.vlm4j.nn.Activation;
import io.vlm4j.tensor.Batch;
import io.vlm4j.text.TokenizerRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How {@link Coca} is configured, named by OpenCLIP and fed. */
public final class CocaFamily implements Family<CocaConfig> {
  private static final int QUERIES = 256;
  private static final int HEADS = 8;

  @Override
  public String name() {
    return "coca";
  }

  @Override
  public Class<CocaConfig> configType() {
    return CocaConfig.class;
  }

  @Override
  public Model create(CocaConfig config) {
    return new Coca(config);
  }

  @Override
  public CocaConfig withVocabulary(CocaConfig config, int vocabularySize) {
    return config.withVocabulary(vocabularySize);
  }

  @Override
  public int vocabularySize(CocaConfig config) {
    return config.text().vocabularySize();
  }

  @Override
  public Preprocessing preprocessing(CocaConfig config) {
    return Preprocessing.clip(config.vision().imageSize());
  }

  @Override
  public int contextLength(CocaConfig config) {
    return config.text().contextLength();
  }

  /** Padded with 0 and not with the end, which is to be foretold. */
  @Override
  public TokenizerRules tokenizerRules(CocaConfig config) {
    return TokenizerRules.openClip(config.text().contextLength());
  }

  @Override
  public CocaConfig withImageSize(CocaConfig config, int pixels) {
    return config.withImageSize(pixels);
  }

  @Override
  public CocaConfig withContextLength(CocaConfig config, int tokens) {
    return config.withContextLength(tokens);
  }

  @Override
  public Map<String, Positions> positions() {
    return Map.of(
        "vision.positions", new Positions.Grid(1), "text.positions", new Positions.Sequence(1));
  }

  /** By the names of OpenCLIP's outputs; features are normalised there. */
  @Override
  public SequencedMap<String, Tensor> outputs(Model model, Map<String, Tensor> inputs) {
    var coca = (Coca) model;
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor pixels = inputs.get(Batch.PIXELS);
    Tensor tokens = inputs.get(Batch.TOKENS);
    if (pixels != null) {
      outputs.put("image_features", torch.normalize(coca.imageFeatures(pixels)));
    }
    if (tokens != null) {
      outputs.put("text_features", torch.normalize(coca.textFeatures(tokens)));
    }
    if (pixels != null && tokens != null) {
      outputs.put("logits", coca.captionLogits(pixels, tokens));
      try (var batch = new Batch().put(Batch.PIXELS, pixels).put(Batch.TOKENS, tokens)) {
        outputs.putAll(coca.losses(batch));
      }
    }
    return outputs;
  }

  /** Transformers has no CoCa. */
  @Override
  public List<Layout> layouts() {
    return List.of(Layout.OPEN_CLIP);
  }

  @Override
  public boolean recognizes(Layout layout, ObjectNode json) {
    JsonNode model = json.path("model_cfg");
    return layout == Layout.OPEN_CLIP
        && model.hasNonNull("multimodal_cfg")
        && OpenClipTowers.refusal(model).isEmpty();
  }

  @Override
  public Optional<String> refusal(Layout layout, ObjectNode json) {
    JsonNode model = json.path("model_cfg");
    return layout == Layout.OPEN_CLIP && model.hasNonNull("multimodal_cfg")
        ? OpenClipTowers.refusal(model)
        : Optional.empty();
  }

  @Override
  public CocaConfig readConfig(Layout layout, ObjectNode json) {
    ForeignTree model = ForeignTree.of(json).at("model_cfg");
    model.requireNone("init_logit_bias");
    ForeignTree text = model.at("text_cfg");
    if (!text.flag("embed_cls", false)) {
      throw new InputException(
          "'multimodal_cfg' without 'text_cfg.embed_cls': only CoCa's decoder is supported");
    }
    text.requireFlag("no_causal_mask", false);
    text.requireFlag("proj_bias", false);
    int padId = text.whole("pad_id", 0);
    if (model.whole("pad_id", padId) != padId) {
      throw model.wrong("pad_id", "it must be that of 'text_cfg'");
    }
    TwoTowerConfig.Text lower = OpenClipTowers.readText(model, -1);
    TwoTowerConfig.Vision vision = OpenClipTowers.readVision(model);
    int width = model.whole("embed_dim", 512);
    CocaConfig.Pooler pooler = readPooler(model.at("vision_cfg"));
    if (pooler.kind() != Pooling.SHARED && vision.width() != width) {
      throw new InputException(
          "'model_cfg.vision_cfg.attentional_pool' with two poolers: OpenCLIP needs an image tower"
              + " as wide as the common space");
    }
    return new CocaConfig(
        width,
        vision,
        pooler,
        new CocaConfig.Text(
            lower.contextLength(),
            lower.vocabularySize(),
            padId,
            text.flag("correct_cls_mask", false),
            lower.width(),
            lower.layers(),
            lower.heads(),
            lower.mlpWidth(),
            lower.activation(),
            lower.epsilon()),
        readDecoder(model, lower),
        model.number("init_logit_scale", TwoTowerConfig.CLIP_LOGIT_SCALE),
        TwoTowerConfig.CLIP_MAX_LOGIT_SCALE,
        1,
        2);
  }

  private static CocaConfig.Pooler readPooler(ForeignTree vision) {
    JsonNode kind = vision.node().path("attentional_pool");
    Pooling pooling =
        switch (kind.isBoolean() ? String.valueOf(kind.asBoolean()) : kind.asString("")) {
          case "true" -> Pooling.SHARED;
          case "parallel" -> Pooling.PARALLEL;
          case "cascade" -> Pooling.CASCADE;
          default ->
              throw vision.wrong("attentional_pool", "use true, \"parallel\" or \"cascade\"");
        };
    return new CocaConfig.Pooler(
        pooling,
        vision.whole("attn_pooler_queries", QUERIES),
        vision.whole("attn_pooler_heads", HEADS));
  }

  /** OpenCLIP gives the upper half no other MLP, activation or norm than the usual ones. */
  private static CocaConfig.Decoder readDecoder(ForeignTree model, TwoTowerConfig.Text lower) {
    ForeignTree decoder = model.at("multimodal_cfg");
    OpenClipTowers.requirePlainBlocks(decoder);
    if (decoder.whole("vocab_size", 49408) != lower.vocabularySize()) {
      throw decoder.wrong("vocab_size", "it must be that of 'text_cfg'");
    }
    int width = decoder.whole("width", 512);
    boolean isQuick = model.flag("quick_gelu", false);
    return new CocaConfig.Decoder(
        width,
        decoder.whole("layers", 12),
        decoder.whole("heads", 8),
        4 * width,
        (isQuick ? Activation.QUICK_GELU : Activation.GELU).id(),
        1e-5);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, CocaConfig config) {
    var text = config.text();
    boolean isQuick =
        List.of(config.vision().activation(), text.activation(), config.decoder().activation())
            .contains(Activation.QUICK_GELU.id());
    ObjectNode json = Json.object();
    ObjectNode model = json.putObject("model_cfg").put("embed_dim", config.embedWidth());
    if (isQuick) {
      model.put("quick_gelu", true);
    }
    if (config.logitScale() != TwoTowerConfig.CLIP_LOGIT_SCALE) {
      model.put("init_logit_scale", config.logitScale());
    }
    ObjectNode vision = OpenClipTowers.writeVision(config.vision(), isQuick);
    switch (config.pooler().kind()) {
      case SHARED -> vision.put("attentional_pool", true);
      case PARALLEL, CASCADE ->
          vision.put("attentional_pool", config.pooler().kind().name().toLowerCase(Locale.ROOT));
    }
    vision
        .put("attn_pooler_queries", config.pooler().queries())
        .put("attn_pooler_heads", config.pooler().heads())
        .put("output_tokens", true);
    model.set("vision_cfg", vision);
    ObjectNode lower = OpenClipTowers.writeText(lower(text), isQuick);
    if (text.padId() != 0) {
      lower.put("pad_id", text.padId());
    }
    if (text.exactMask()) {
      lower.put("correct_cls_mask", true);
    }
    model.set("text_cfg", lower.put("embed_cls", true).put("output_tokens", true));
    model
        .putObject("multimodal_cfg")
        .put("context_length", text.contextLength())
        .put("vocab_size", text.vocabularySize())
        .put("width", config.decoder().width())
        .put("heads", config.decoder().heads())
        .put("layers", config.decoder().layers())
        .put("attn_pooler_heads", config.pooler().heads());
    model.put("custom_text", true);
    return json;
  }

  private static TwoTowerConfig.Text lower(CocaConfig.Text text) {
    return new TwoTowerConfig.Text(
        text.contextLength(),
        text.vocabularySize(),
        -1,
        text.width(),
        text.layers(),
        text.heads(),
        text.mlpWidth(),
        text.activation(),
        text.epsilon(),
        0);
  }

  @Override
  public List<String> unsaid(Layout layout, CocaConfig config) {
    var decoder = config.decoder();
    boolean isUsual =
        decoder.mlpWidth() == 4 * decoder.width()
            && decoder.epsilon() == 1e-5
            && decoder.activation().equals(config.text().activation())
            && !decoder.activation().equals(Activation.GELU_TANH.id());
    return isUsual
        ? List.of()
        : List.of("OpenCLIP's upper decoder has no other MLP, activation or norm than the usual");
  }

  @Override
  public KeyMap keys(Layout layout) {
    var keys = KeyMap.builder().optionalPrefix("_orig_mod.").optionalPrefix("module.");
    OpenClipTowers.vision(keys);
    pooler(keys, "vision.pooler.", "visual.attn_pool.");
    pooler(keys, "vision.contrastivePooler.", "visual.attn_pool_contrastive.");
    OpenClipTowers.text(keys, "text.");
    String self = "decoder.blocks.*.self.";
    String cross = "decoder.blocks.*.cross.";
    OpenClipTowers.blocks(keys, self, "text_decoder.resblocks.*.");
    OpenClipTowers.blocks(keys, cross, "text_decoder.cross_attn.*.");
    return keys.rename(cross + "normContext.*", "text_decoder.cross_attn.*.ln_1_kv.*")
        .rename("text.classToken", "text.cls_emb")
        .transpose("text.projection.weight", "text.text_projection")
        .rename("decoder.norm.*", "text_decoder.ln_final.*")
        .transpose("decoder.projection.weight", "text_decoder.text_projection")
        .ignore("text_decoder.attn_mask")
        .scalar("logitScale", "logit_scale")
        .build();
  }

  /** One matrix for queries, keys and values if both sides are of one width, else three. */
  private static void pooler(KeyMap.Builder keys, String ours, String theirs) {
    keys.rename(ours + "queries", theirs + "query")
        .rename(ours + "queryNorm.*", theirs + "ln_q.*")
        .rename(ours + "norm.*", theirs + "ln_k.*")
        .rename(ours + "attention.qkv.*", theirs + "attn.in_proj_*")
        .rename(ours + "attention.q.weight", theirs + "attn.q_proj_weight")
        .split(
            ours + "attention.kv.weight",
            theirs + "attn.k_proj_weight",
            theirs + "attn.v_proj_weight")
        .rename(ours + "attention.out.*", theirs + "attn.out_proj.*");
  }
}
