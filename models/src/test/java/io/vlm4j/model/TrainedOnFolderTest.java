package io.vlm4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** Folders of models that were trained on from those of other folders. */
class TrainedOnFolderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Layout.class)
  void aFolderLikeTheFirstHasTheNewWeightsAndAllElse(Layout layout) throws IOException {
    Path source = folder.resolve("source");
    RandomFolder.write(ModelSpec.of("clip-nano"), source, layout, ScalarType.Float, null);
    Path config = source.resolve(layout.configFile());
    ObjectNode json = Json.readObject(config).put("custom_key", "kept");
    json.remove("vlm4j"); // ours, which an edit makes void
    Files.writeString(config, Json.toText(json));
    Files.writeString(source.resolve("tokenizer_config.json"), "{\"theirs\": 1}");
    Files.writeString(source.resolve("README.md"), "the old card");
    Path target = folder.resolve("target");

    ModelFolder first = ModelFolder.open(source);
    float[] expected;
    try (Model model = first.load(LoadOptions.DEFAULT, new Device("cpu")).model()) {
      try (var _ = new NoGrad()) {
        model.parameters().get("text.norm.weight").fill_(new Scalar(0.5f));
      }
      expected = Tensors.toFloats(model.parameters().get("vision.projection.weight"));
      first.writeWith(model, "the new card", target);
    }

    assertThat(Json.readObject(target.resolve(layout.configFile())))
        .isEqualTo(Json.readObject(config));
    assertThat(target.resolve("tokenizer_config.json")).hasContent("{\"theirs\": 1}");
    assertThat(target.resolve("README.md")).hasContent("the new card");
    ModelFolder second = ModelFolder.open(target);
    assertThat(second.layout()).isEqualTo(layout);
    try (Model model = second.load(LoadOptions.DEFAULT, new Device("cpu")).model()) {
      assertThat(Tensors.toFloats(model.parameters().get("vision.projection.weight")))
          .isEqualTo(expected);
      assertThat(Tensors.toFloats(model.parameters().get("text.norm.weight"))).containsOnly(0.5f);
    }
    try (var _ = new Scope()) {
      assertThat(TensorSource.readAll(target.resolve(layout.weightsFile())).keySet())
          .isEqualTo(TensorSource.readAll(source.resolve(layout.weightsFile())).keySet());
    }
  }
}
