package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.FeatureMaps;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.nn.ConvolutionEncoder;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.VectorQuantizer;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How {@link VqGan} is configured and named. Tensors have the names of the original, which Hugging
 * Face's tokenizer of Chameleon has taken over; the configuration file has the keys of the latter.
 * That one has no decoder.
 */
public final class VqGanFamily extends TokenizerFamily<VqGanConfig> {
  private static final String ENCODER_ONLY = "chameleon_vqgan";
  private static final int GROUPS = 32;

  @Override
  public String name() {
    return "vqgan";
  }

  @Override
  List<String> modelTypes() {
    return List.of(name(), ENCODER_ONLY);
  }

  @Override
  public Class<VqGanConfig> configType() {
    return VqGanConfig.class;
  }

  @Override
  public Model create(VqGanConfig config) {
    return new VqGan(config);
  }

  @Override
  int imageSize(VqGanConfig config) {
    return config.coder().imageSize();
  }

  @Override
  boolean decodes(Model model) {
    return ((VqGan) model).decodes();
  }

  /** Attention stays where it is: it is at places of the model, whatever the picture's size. */
  @Override
  public VqGanConfig withImageSize(VqGanConfig config, int pixels) {
    var coder = config.coder();
    List<Integer> sides =
        coder.attentionSides().stream().map(side -> side * pixels / coder.imageSize()).toList();
    return config.withCoder(
        new ConvolutionEncoder.Config(
            pixels,
            coder.channels(),
            coder.multipliers(),
            coder.blocks(),
            sides,
            coder.latentChannels(),
            coder.groups()));
  }

  @Override
  public List<String> parts() {
    return List.of(VqGan.PERCEPTUAL);
  }

  @Override
  public VqGanConfig withPart(VqGanConfig config, String part, ModelSpec<?> other) {
    try (var _ = Init.shapes();
        Model model = other.create()) {
      if (!(model instanceof FeatureMaps)) {
        throw new InputException(
            "part '%s': a %s model shows no maps of features; a vqvae does"
                .formatted(part, other.family().name()));
      }
    }
    return config.withPerceptual(other.toTree());
  }

  @Override
  public VqGanConfig readConfig(Layout layout, ObjectNode json) {
    ForeignTree tree = ForeignTree.of(json);
    tree.requireFlag("double_latent", false);
    tree.requireNone("dropout");
    tree.requireText("attn_type", "vanilla", "vanilla");
    if (tree.whole("in_channels", 3) != 3) {
      throw tree.wrong("in_channels", "only pictures of three channels are supported");
    }
    return new VqGanConfig(
        new ConvolutionEncoder.Config(
            tree.whole("resolution", 512),
            tree.whole("base_channels", 128),
            wholes(json, "channel_multiplier", 1, 1, 2, 2, 4),
            tree.whole("num_res_blocks", 2),
            wholes(json, "attn_resolutions"),
            tree.whole("latent_channels", 256),
            GROUPS),
        new VectorQuantizer.Config(
            tree.whole("num_embeddings", 8192), tree.whole("embed_dim", 256), false, 0.99, 1e-5, 0),
        !tree.text("model_type", "").equals(ENCODER_ONLY),
        0.25,
        1,
        NullNode.getInstance(),
        new VqGanConfig.Adversary(64, 3, 0, 0.8));
  }

  @Override
  public ObjectNode writeConfig(Layout layout, VqGanConfig config) {
    var coder = config.coder();
    ObjectNode json =
        Json.object()
            .put("model_type", config.decodes() ? name() : ENCODER_ONLY)
            .put("embed_dim", config.codebook().width())
            .put("num_embeddings", config.codebook().size())
            .put("double_latent", false)
            .put("latent_channels", coder.latentChannels())
            .put("resolution", coder.imageSize())
            .put("in_channels", 3)
            .put("base_channels", coder.channels())
            .put("num_res_blocks", coder.blocks())
            .put("dropout", 0.0)
            .put("attn_type", "vanilla");
    put(json.putArray("channel_multiplier"), coder.multipliers());
    put(json.putArray("attn_resolutions"), coder.attentionSides());
    return json;
  }

  private static void put(ArrayNode array, List<Integer> values) {
    values.forEach(array::add);
  }

  /**
   * The names of taming-transformers; Chameleon's whole model has them below {@code model.vqmodel}.
   */
  @Override
  public KeyMap keys(Layout layout) {
    var keys = KeyMap.builder().optionalPrefix("model.").optionalPrefix("vqmodel.");
    for (String side : List.of("encoder.", "decoder.")) {
      keys.rename(side + "convIn.*", side + "conv_in.*")
          .rename(side + "convOut.*", side + "conv_out.*")
          .rename(side + "normOut.*", side + "norm_out.*");
      block(keys, side + "middle.block1.", side + "mid.block_1.");
      block(keys, side + "middle.block2.", side + "mid.block_2.");
      attention(keys, side + "middle.attention.", side + "mid.attn_1.");
      for (String way : List.of("down.", "up.")) {
        block(keys, side + way + "*.block.*.", side + way + "*.block.*.");
        attention(keys, side + way + "*.attention.*.", side + way + "*.attn.*.");
        String resize = way + "*." + way.replace(".", "sample");
        keys.rename(side + resize + ".*", side + resize + ".conv.*");
      }
    }
    keys.rename("toCode.*", "quant_conv.*")
        .rename("fromCode.*", "post_quant_conv.*")
        .rename("quantizer.weight", "quantize.embedding.weight");
    // The original's losses: the discriminator, and the network that pictures are looked at with.
    for (int depth = 1; depth <= 8; depth++) {
      keys.ignore("loss" + ".*".repeat(depth));
    }
    return keys.build();
  }

  private static void block(KeyMap.Builder keys, String ours, String theirs) {
    keys.rename(ours + "shortcut.*", theirs + "nin_shortcut.*")
        .rename(ours + "*.*", theirs + "*.*");
  }

  private static void attention(KeyMap.Builder keys, String ours, String theirs) {
    keys.rename(ours + "out.*", theirs + "proj_out.*").rename(ours + "*.*", theirs + "*.*");
  }
}
