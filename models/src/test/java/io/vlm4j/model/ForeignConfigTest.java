package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

class ForeignConfigTest {
  private static final String SIGLIP =
      """
      {"model_cfg": {"embed_dim": 1152, "init_logit_bias": -10, "custom_text": true,
        "vision_cfg": {"image_size": 384, "timm_model_name": "vit_so400m_patch14_siglip_384",
          "timm_model_pretrained": false, "timm_pool": "map", "timm_proj": "none"},
        "text_cfg": {"context_length": 64, "vocab_size": 32000, "width": 1152, "heads": 16,
          "layers": 27, "mlp_ratio": 3.7362, "no_causal_mask": true, "proj_bias": true,
          "pool_type": "last", "norm_kwargs": {"eps": 1e-6}}}}
      """;
  private static final String CLIP =
      """
      {"model_cfg": {"embed_dim": 1280,
        "vision_cfg": {"image_size": 224, "layers": 48, "width": 1664, "head_width": 104,
          "mlp_ratio": 4.9231, "patch_size": 14},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 1280, "heads": 20,
          "layers": 32}}}
      """;

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text);
  }

  private static ObjectNode openClip(String text) {
    return (ObjectNode) ModelSpec.read(Layout.OPEN_CLIP, json(text)).toTree();
  }

  @Test
  void ratiosOfOpenClipAreCutAfterThePoint() {
    ObjectNode tree = openClip(CLIP);
    assertThat(tree.at("/vision/mlpWidth").asInt()).isEqualTo(8192);
    assertThat(tree.at("/vision/heads").asInt()).isEqualTo(16);
    assertThat(tree.at("/text/mlpWidth").asInt()).isEqualTo(5120);
    assertThat(tree.at("/vision")).isEqualTo(ModelSpec.of("ViT-bigG-14").toTree().at("/vision"));
    assertThat(tree.at("/text")).isEqualTo(ModelSpec.of("ViT-bigG-14").toTree().at("/text"));
  }

  @Test
  void timmsNamesAreSizes() {
    ObjectNode tree = openClip(SIGLIP);
    assertThat(tree.at("/vision/width").asInt()).isEqualTo(1152);
    assertThat(tree.at("/vision/mlpWidth").asInt()).isEqualTo(4304);
    assertThat(tree.at("/text/mlpWidth").asInt()).isEqualTo(4304);
    assertThat(tree.at("/vision/activation").asString()).isEqualTo("gelu");
    assertThat(tree.at("/vision/imageSize").asInt()).isEqualTo(384);
  }

  @Test
  void whatHuggingFaceLeavesOutIsItsDefault() {
    ObjectNode clip =
        ModelSpec.read(Layout.HUGGING_FACE, json("{\"model_type\":\"clip\"}")).toTree();
    assertThat(clip.at("/vision/patchSize").asInt()).isEqualTo(32);
    assertThat(clip.at("/vision/activation").asString()).isEqualTo("quick_gelu");
    var siglip = json("{\"model_type\":\"siglip\",\"text_config\":{\"vocab_size\":256000}}");
    ObjectNode tree = ModelSpec.read(Layout.HUGGING_FACE, siglip).toTree();
    assertThat(tree.at("/text/vocabularySize").asInt()).isEqualTo(256000);
    assertThat(tree.at("/vision/epsilon").asDouble()).isEqualTo(1e-6);
    assertThat(tree.at("/embedWidth").asInt()).isEqualTo(768);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"layers\": 48 | \"layers\": [3, 4, 6, 3] | ResNet",
        "\"patch_size\": 14 | \"patch_size\": 14, \"pool_type\": \"avg\" | vision_cfg.pool_type",
        "\"patch_size\": 14 | \"patch_size\": 14, \"attentional_pool\": true | attentional_pool",
        "\"patch_size\": 14 | \"patch_size\": 14, \"timm_model_name\": \"convnext\" | 'convnext'",
        "\"patch_size\": 14 | \"patch_size\": 14, \"ls_init_value\": 0.1 | ls_init_value",
        "\"patch_size\": 14 | \"patch_size\": 14.5 | patch_size",
        "\"heads\": 20 | \"heads\": 20, \"no_causal_mask\": true | text_cfg.no_causal_mask",
        "\"heads\": 20 | \"heads\": 20, \"hf_model_name\": \"roberta\" | 'roberta'",
        "\"heads\": 20 | \"heads\": 20, \"embed_cls\": true | embed_cls",
        "\"embed_dim\": 1280 | \"embed_dim\": 1280, \"init_logit_bias\": -10 | init_logit_bias",
        "\"embed_dim\": 1280 | \"embed_dim\": 1280, \"multimodal_cfg\": {} | CoCa"
      })
  void whatWouldBeComputedDifferentlyIsRefusedByName(String from, String to, String told) {
    assertThat(CLIP).contains(from);
    assertRefused(() -> openClip(CLIP.replace(from, to)), told);
  }

  private static final String COCA =
      """
      {"model_cfg": {"embed_dim": 512, "custom_text": true,
        "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32,
          "attentional_pool": true, "attn_pooler_heads": 8, "output_tokens": true},
        "text_cfg": {"context_length": 76, "vocab_size": 49408, "width": 512, "heads": 8,
          "layers": 12, "embed_cls": true, "output_tokens": true},
        "multimodal_cfg": {"context_length": 76, "vocab_size": 49408, "width": 512, "heads": 8,
          "layers": 12, "attn_pooler_heads": 8}}}
      """;

  @Test
  void openClipsCocaIsTheNamedOne() {
    var read = ModelSpec.read(Layout.OPEN_CLIP, json(COCA)).toTree();
    var named = ModelSpec.of("coca_ViT-B-32").toTree();
    for (String part : List.of("family", "embedWidth", "vision", "pooler", "text", "decoder")) {
      assertThat(read.path(part)).as(part).isEqualTo(named.path(part));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"attentional_pool\": true | \"attentional_pool\": false | attentional_pool",
        "\"attentional_pool\": true | \"attentional_pool\": \"serial\" | attentional_pool",
        "\"attentional_pool\": true | \"attentional_pool\": \"cascade\" | as wide",
        "\"embed_cls\": true | \"embed_cls\": false | text_cfg.embed_cls",
        "\"embed_cls\": true | \"embed_cls\": true, \"hf_model_name\": \"roberta\" | 'roberta'",
        "\"embed_cls\": true | \"embed_cls\": true, \"pad_id\": -1 | padId",
        "\"embed_dim\": 512 | \"embed_dim\": 512, \"pad_id\": 7 | pad_id",
        "\"embed_dim\": 512 | \"embed_dim\": 640 | as wide",
        "\"multimodal_cfg\": { | \"multimodal_cfg\": {\"ls_init_value\": 0.1, | ls_init_value"
      })
  void aCocaThatWouldBeComputedDifferentlyIsRefused(String from, String to, String told) {
    assertThat(COCA).contains(from);
    assertRefused(() -> ModelSpec.read(Layout.OPEN_CLIP, json(COCA.replace(from, to))), told);
  }

  @ParameterizedTest
  @CsvSource({
    "timm_pool, map, avg",
    "timm_proj, none, linear",
    "pool_type, last, argmax",
  })
  void anotherHeadThanSigLipsIsRefused(String key, String from, String to) {
    assertRefused(() -> openClip(SIGLIP.replace(key + "\": \"" + from, key + "\": \"" + to)), key);
  }

  @Test
  void unknownKeysArePassedOver() {
    assertThat(openClip(CLIP.replace("\"heads\": 20", "\"heads\": 20, \"novelty\": 7")))
        .isEqualTo(openClip(CLIP));
  }

  @ParameterizedTest
  @CsvSource({
    "clip_vision_model, one tower",
    "clip_text_model, one tower",
    "siglip_vision_model, one tower",
    "siglip2, NaFlex"
  })
  void relativesAreRefusedWithTheReason(String type, String told) {
    var config = Json.object().put("model_type", type);
    assertRefused(() -> Family.of(Layout.HUGGING_FACE, config), type, told);
  }

  @ParameterizedTest
  @MethodSource("io.vlm4j.model.KeyMapTest#namedConfigurations")
  void everyNamedConfigurationIsReadBackFromWhatIsWritten(String name, Layout layout) {
    ModelSpec<?> spec = ModelSpec.of(name);
    ObjectNode written =
        new ForeignConfigs()
            .write(layout, spec, spec.readsPictures() ? spec.preprocessing() : null);
    assertThat(ForeignConfigs.read(layout, json(written.toString())).config())
        .isEqualTo(spec.config());
  }
}
