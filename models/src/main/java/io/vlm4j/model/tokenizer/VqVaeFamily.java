package io.vlm4j.model.tokenizer;

import io.vlm4j.io.Json;
import io.vlm4j.model.KeyMap;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** How {@link VqVae} is configured and named; no layout of others is in use for it. */
public final class VqVaeFamily extends TokenizerFamily<VqVaeConfig> {
  @Override
  public String name() {
    return "vqvae";
  }

  @Override
  public Class<VqVaeConfig> configType() {
    return VqVaeConfig.class;
  }

  @Override
  public Model create(VqVaeConfig config) {
    return new VqVae(config);
  }

  @Override
  int imageSize(VqVaeConfig config) {
    return config.imageSize();
  }

  @Override
  public VqVaeConfig withImageSize(VqVaeConfig config, int pixels) {
    return new VqVaeConfig(
        pixels,
        config.halvings(),
        config.width(),
        config.residualBlocks(),
        config.residualWidth(),
        config.codebook(),
        config.commitment());
  }

  @Override
  public VqVaeConfig readConfig(Layout layout, ObjectNode json) {
    ObjectNode own = json.deepCopy();
    own.remove(List.of("model_type", "torch_dtype", "dtype", "vlm4j"));
    return Json.fromTree(own, VqVaeConfig.class, layout.configFile());
  }

  @Override
  public ObjectNode writeConfig(Layout layout, VqVaeConfig config) {
    ObjectNode json = Json.object().put("model_type", name());
    json.setAll(Json.toTree(config));
    return json;
  }

  /** The names are ours. */
  @Override
  public KeyMap keys(Layout layout) {
    return KeyMap.builder()
        .rename("*.*", "*.*")
        .rename("*.*.*", "*.*.*")
        .rename("*.*.*.*", "*.*.*.*")
        .rename("*.*.*.*.*", "*.*.*.*.*")
        .build();
  }
}
