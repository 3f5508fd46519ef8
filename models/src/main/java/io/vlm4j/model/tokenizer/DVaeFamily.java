package io.vlm4j.model.tokenizer;

import io.vlm4j.io.Json;
import io.vlm4j.model.ForeignTree;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * How {@link DVae} is configured and named: as Hugging Face's image codebook of FLAVA, which is
 * DALL-E's encoder. That one has no decoder; ours has DALL-E's names in the same form, below {@code
 * decoder}.
 */
public final class DVaeFamily extends TokenizerFamily<DVaeConfig> {
  private static final String ENCODER_ONLY = "flava_image_codebook";

  @Override
  public String name() {
    return "dvae";
  }

  @Override
  List<String> modelTypes() {
    return List.of(name(), ENCODER_ONLY);
  }

  @Override
  public Class<DVaeConfig> configType() {
    return DVaeConfig.class;
  }

  @Override
  public Model create(DVaeConfig config) {
    return new DVae(config);
  }

  @Override
  int imageSize(DVaeConfig config) {
    return config.imageSize();
  }

  @Override
  boolean decodes(Model model) {
    return ((DVae) model).decodes();
  }

  @Override
  public DVaeConfig withImageSize(DVaeConfig config, int pixels) {
    return new DVaeConfig(
        pixels,
        config.codebookSize(),
        config.groups(),
        config.blocks(),
        config.width(),
        config.decoderWidth(),
        config.decodes(),
        config.temperature(),
        config.lastTemperature(),
        config.temperatureSteps(),
        config.klWeight(),
        config.klSteps());
  }

  /** For pictures of 112 pixels, as FLAVA takes them; what is said of training is DALL-E's. */
  @Override
  public DVaeConfig readConfig(Layout layout, ObjectNode json) {
    ForeignTree tree = ForeignTree.of(json);
    if (tree.whole("input_channels", 3) != 3) {
      throw tree.wrong("input_channels", "only pictures of three channels are supported");
    }
    boolean decodes = !tree.text("model_type", "").equals(ENCODER_ONLY);
    int groups = tree.whole("num_groups", 4);
    if (!decodes && groups != 4) {
      throw tree.wrong("num_groups", "the codebook of FLAVA has four, whatever is said here");
    }
    return new DVaeConfig(
        112,
        tree.whole("vocab_size", 8192),
        groups,
        tree.whole("num_blocks_per_group", 2),
        tree.whole("hidden_size", 256),
        128,
        decodes,
        1,
        1 / 16.0,
        150_000,
        6.6,
        5_000);
  }

  @Override
  public ObjectNode writeConfig(Layout layout, DVaeConfig config) {
    return Json.object()
        .put("model_type", config.decodes() ? name() : ENCODER_ONLY)
        .put("num_groups", config.groups())
        .put("input_channels", 3)
        .put("num_blocks_per_group", config.blocks())
        .put("hidden_size", config.width())
        .put("vocab_size", config.codebookSize());
  }

  @Override
  public KeyMap keys(Layout layout) {
    var keys = KeyMap.builder().optionalPrefix("image_codebook.");
    stack(keys, "encoder.", "blocks.");
    stack(keys, "decoder.", "decoder.blocks.");
    return keys.build();
  }

  private static void stack(KeyMap.Builder keys, String ours, String theirs) {
    String block = theirs + "group_*.group.block_*.";
    keys.rename(ours + "input.*", theirs + "input.*")
        .rename(ours + "group.*.block.*.shortcut.*", block + "id_path.*")
        .rename(ours + "output.*", theirs + "output.conv.*");
    for (int i = 1; i <= 4; i++) {
      keys.rename(
          ours + "group.*.block.*.conv" + i + ".*", block + "res_path.path.conv_" + i + ".*");
    }
  }
}
