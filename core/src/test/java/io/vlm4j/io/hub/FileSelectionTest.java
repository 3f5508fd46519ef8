package io.vlm4j.io.hub;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileSelectionTest {
  private static List<String> model(String... files) {
    return FileSelection.model().of(List.of(files));
  }

  @Test
  void ofTheSameWeightsInManyFormsOneIsTaken() {
    assertThat(
            model(
                ".gitattributes",
                "README.md",
                "config.json",
                "flax_model.msgpack",
                "merges.txt",
                "model.fp16.safetensors",
                "model.safetensors",
                "onnx/model.onnx",
                "openvino_model.bin",
                "openvino_model.xml",
                "preprocessor_config.json",
                "pytorch_model.bin",
                "special_tokens_map.json",
                "tf_model.h5",
                "tokenizer.json",
                "tokenizer_config.json",
                "training_args.bin",
                "vocab.json"))
        .containsExactly(
            "config.json",
            "merges.txt",
            "preprocessor_config.json",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.json",
            "model.safetensors");
  }

  @Test
  void shardsComeWithTheirIndex() {
    assertThat(
            model(
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "model.safetensors.index.json",
                "pytorch_model-00001-of-00001.bin",
                "pytorch_model.bin.index.json"))
        .containsExactly(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
  }

  @Test
  void withoutSafetensorsThePicklesAreTaken() {
    assertThat(model("config.json", "pytorch_model.bin", "tf_model.h5"))
        .containsExactly("config.json", "pytorch_model.bin");
    assertThat(model("open_clip_config.json", "open_clip_pytorch_model.bin"))
        .containsExactly("open_clip_config.json", "open_clip_pytorch_model.bin");
  }

  @Test
  void aRepositoryOfBothLayoutsGivesTheWeightsOfTheOneThatIsReadFirst() {
    assertThat(
            model(
                "config.json",
                "model.safetensors",
                "open_clip_config.json",
                "open_clip_model.safetensors"))
        .containsExactly("config.json", "open_clip_config.json", "model.safetensors");
    assertThat(model("model.safetensors", "open_clip_config.json", "open_clip_model.safetensors"))
        .containsExactly("open_clip_config.json", "open_clip_model.safetensors");
  }

  @Test
  void anAdapterIsAModelFolderToo() {
    assertThat(model("adapter_config.json", "adapter_model.safetensors", "optimizer.pt"))
        .containsExactly("adapter_config.json", "adapter_model.safetensors");
  }

  @Test
  void patternsTakeWhatIsAskedForAndNothingElse() {
    List<String> files = List.of("a.json", "b/c.json", "b/d.bin", "e.md");

    assertThat(FileSelection.of(List.of("*.json"), List.of()).of(files))
        .containsExactly("a.json", "b/c.json");
    assertThat(FileSelection.of(List.of("b/"), List.of("*.bin")).of(files))
        .containsExactly("b/c.json");
    assertThat(FileSelection.of(List.of(), List.of("a*")).of(files)).isEmpty();
  }

  @Test
  void aPatternThatFitsNothingIsRefused() {
    assertRefused(
        () -> FileSelection.of(List.of("*.gguf"), List.of()).of(List.of("a.json")),
        "'*.gguf' fits none of the 1 files");
  }

  @ParameterizedTest
  @CsvSource({
    "a?c, abc, true",
    "a?c, abbc, false",
    "[ab]x, bx, true",
    "[!ab]x, bx, false",
    "[!ab]x, cx, true",
    "[a-c]x, bx, true",
    "[x, [x, true",
    "a.c, abc, false",
    "(a)+, (a)+, true",
    "*.safetensors, x/y.safetensors, true",
    "[^a]x, ^x, true",
    "[\\d]x, 1x, false"
  })
  void patternsAreThoseOfPython(String glob, String file, boolean fits) {
    assertThat(new Globs(List.of(glob)).fits(file)).isEqualTo(fits);
  }
}
