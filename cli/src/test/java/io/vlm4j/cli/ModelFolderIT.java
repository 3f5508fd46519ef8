package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.Fixtures;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at, convert and compare model folders. */
class ModelFolderIT {
  @TempDir Path folder;

  private Command command() {
    return new Command(folder);
  }

  @Test
  void aModelIsWrittenConvertedAndInspected() {
    command().run("models", "--write", "siglip-tiny", "a", "--dtype", "bf16").succeeded();
    command().run("convert", "a", "b", "--to", "openclip").succeeded();
    var inspected = command().run("inspect", "b").succeeded();
    assertThat(inspected.out())
        .contains("siglip, OPEN_CLIP layout", "BFloat16", "every tensor has its place", "squash")
        .contains("imageSize", "no tokenizer");
    command().run("convert", "b", "a", "--to", "hf").failed("a exists");
    command().run("convert", "b", "c", "--to", "onnx").failed("'onnx'", "hf or openclip");
    command().run("models", "--write", "siglip-tiny").failed("DIR");
  }

  @Test
  void theExitCodeSaysWhetherAModelIsWithinTheTolerance() {
    Path model = Fixtures.folder("clip-hf-tiny").toAbsolutePath().normalize();
    Path expected = model.resolve("expected/forward.safetensors");
    var equal = command().run("parity", model, "--expected", expected, "--dump", "a.safetensors");
    assertThat(equal.succeeded().out()).contains("image_embeds", "logits_per_image", "equal");
    var differs = command().run("parity", model, "--expected", expected, "--tolerance", "1e-12");
    assertThat(differs.code()).isEqualTo(1);
    assertThat(differs.err()).isEmpty();
    assertThat(differs.out()).contains("first at image_embeds");
    command().run("parity", "--compare", "a.safetensors", "a.safetensors").succeeded();
    command().run("parity", model).failed("--expected");
  }
}
