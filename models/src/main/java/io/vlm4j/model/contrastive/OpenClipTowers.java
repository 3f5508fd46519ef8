package io.vlm4j.model.contrastive;

import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.nn.Activation;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What OpenCLIP's layouts of models with an image and a text tower share: names of blocks, keys of
 * configurations.
 */
public final class OpenClipTowers {
  /** Values of both towers that would change what is computed. */
  private static final String[] NOT_SUPPORTED = {
    "ls_init_value",
    "qk_norm",
    "scaled_cosine_attn",
    "scale_heads",
    "scale_attn_inner",
    "scale_attn",
    "scale_fc"
  };

  private OpenClipTowers() {}

  /** Refuses values of a part with blocks that would change what is computed. */
  public static void requirePlainBlocks(ForeignTree tower) {
    tower.requireNone(NOT_SUPPORTED);
  }

  /**
   * Names of a stack of blocks.
   *
   * @param ours a block's, with a star for its number and a dot at the end
   */
  public static void blocks(KeyMap.Builder keys, String ours, String theirs) {
    keys.rename(ours + "norm1.*", theirs + "ln_1.*")
        .rename(ours + "attention.qkv.*", theirs + "attn.in_proj_*")
        .rename(ours + "attention.out.*", theirs + "attn.out_proj.*")
        .rename(ours + "norm2.*", theirs + "ln_2.*")
        .rename(ours + "mlp.up.*", theirs + "mlp.c_fc.*")
        .rename(ours + "mlp.down.*", theirs + "mlp.c_proj.*");
  }

  /** Names of an image tower that is not timm's. */
  public static void vision(KeyMap.Builder keys) {
    blocks(keys, "vision.blocks.*.", "visual.transformer.resblocks.*.");
    keys.rename("vision.patches.weight", "visual.conv1.weight")
        .rename("vision.classToken", "visual.class_embedding")
        .rename("vision.positions", "visual.positional_embedding")
        .rename("vision.preNorm.*", "visual.ln_pre.*")
        .rename("vision.norm.*", "visual.ln_post.*")
        .transpose("vision.projection.weight", "visual.proj");
  }

  /** Names of the text tower up to its last norm; {@code prefix} is empty or {@code text.}. */
  public static void text(KeyMap.Builder keys, String prefix) {
    blocks(keys, "text.blocks.*.", prefix + "transformer.resblocks.*.");
    keys.rename("text.tokens.weight", prefix + "token_embedding.weight")
        .rename("text.positions", prefix + "positional_embedding")
        .rename("text.norm.*", prefix + "ln_final.*")
        .ignore(prefix + "attn_mask");
  }

  /** What a tower computes between the layers of its MLPs. */
  public static String activation(ForeignTree model, ForeignTree tower) {
    boolean isQuick = model.flag("quick_gelu", false);
    if (!tower.has("act_kwargs")) {
      return (isQuick ? Activation.QUICK_GELU : Activation.GELU).id();
    }
    return switch (tower.at("act_kwargs").text("approximate", "none")) {
      case "tanh" -> Activation.GELU_TANH.id();
      case "none" -> Activation.GELU.id();
      default -> throw tower.wrong("act_kwargs", "use {\"approximate\": \"tanh\"} or leave it out");
    };
  }

  static double epsilon(ForeignTree tower) {
    return tower.at("norm_kwargs").number("eps", 1e-5);
  }

  /** Why a model's towers are others than these, if they are. */
  public static Optional<String> refusal(JsonNode model) {
    JsonNode vision = model.path("vision_cfg");
    JsonNode text = model.path("text_cfg");
    String timm = vision.path("timm_model_name").asString("");
    if (!timm.isEmpty()) {
      return Optional.of("the timm image tower '" + timm + "' is not supported");
    }
    if (vision.path("layers").isArray()) {
      return Optional.of(
          "the image tower is a ResNet ('layers' is " + vision.path("layers") + "): not supported");
    }
    if (text.hasNonNull("hf_model_name")) {
      return Optional.of(
          "the text tower '" + text.path("hf_model_name").asString("?") + "' is not supported");
    }
    return Optional.empty();
  }

  /** The text tower, of which {@code endId} is known. */
  public static TwoTowerConfig.Text readText(ForeignTree model, int endId) {
    ForeignTree text = model.at("text_cfg");
    requirePlainBlocks(text);
    text.requireNone("hf_model_name");
    text.requireText("proj_type", "linear", "linear");
    int width = text.whole("width", 512);
    return new TwoTowerConfig.Text(
        text.whole("context_length", 77),
        text.whole("vocab_size", 49408),
        endId,
        width,
        text.whole("layers", 12),
        text.whole("heads", 8),
        (int) (width * text.number("mlp_ratio", 4)),
        activation(model, text),
        epsilon(text),
        0);
  }

  /** The image tower of a model that is not timm's. */
  public static TwoTowerConfig.Vision readVision(ForeignTree model) {
    ForeignTree vision = model.at("vision_cfg");
    requirePlainBlocks(vision);
    vision.requireNone("input_patchnorm", "global_average_pool", "no_ln_pre");
    vision.requireText("pool_type", "tok", "tok");
    vision.requireText("pos_embed_type", "learnable", "learnable");
    int width = vision.whole("width", 768);
    return new TwoTowerConfig.Vision(
        vision.side("image_size", 224),
        vision.side("patch_size", 16),
        width,
        vision.whole("layers", 12),
        width / vision.whole("head_width", 64),
        (int) (width * vision.number("mlp_ratio", 4)),
        activation(model, vision),
        epsilon(vision),
        vision.number("patch_dropout", 0));
  }

  /** The keys of a text tower. */
  public static ObjectNode writeText(TwoTowerConfig.Text text, boolean isQuick) {
    ObjectNode json =
        Json.object()
            .put("context_length", text.contextLength())
            .put("vocab_size", text.vocabularySize())
            .put("width", text.width())
            .put("heads", text.heads())
            .put("layers", text.layers());
    writeCommon(json, text.width(), text.mlpWidth(), text.activation(), text.epsilon(), isQuick);
    return json;
  }

  /** The keys of an image tower. */
  public static ObjectNode writeVision(TwoTowerConfig.Vision vision, boolean isQuick) {
    ObjectNode json =
        Json.object()
            .put("image_size", vision.imageSize())
            .put("layers", vision.layers())
            .put("width", vision.width())
            .put("head_width", vision.width() / vision.heads())
            .put("patch_size", vision.patchSize());
    if (vision.patchDropout() > 0) {
      json.put("patch_dropout", vision.patchDropout());
    }
    writeCommon(
        json, vision.width(), vision.mlpWidth(), vision.activation(), vision.epsilon(), isQuick);
    return json;
  }

  /** Defaults are left out, as in OpenCLIP's own files. */
  private static void writeCommon(
      ObjectNode json,
      int width,
      int mlpWidth,
      String activation,
      double epsilon,
      boolean isQuick) {
    if (mlpWidth != 4 * width) {
      json.put("mlp_ratio", ratio(width, mlpWidth));
    }
    if (activation.equals(Activation.GELU_TANH.id())) {
      json.putObject("act_kwargs").put("approximate", "tanh");
    } else if (isQuick && activation.equals(Activation.GELU.id())) {
      json.putObject("act_kwargs").put("approximate", "none");
    }
    if (epsilon != 1e-5) {
      json.putObject("norm_kwargs").put("eps", epsilon);
    }
  }

  /** A ratio of which OpenCLIP, which cuts after the point, makes exactly {@code mlpWidth}. */
  private static double ratio(int width, int mlpWidth) {
    double ratio = (double) mlpWidth / width;
    while ((int) (width * ratio) < mlpWidth) {
      ratio = Math.nextUp(ratio);
    }
    return ratio;
  }
}
