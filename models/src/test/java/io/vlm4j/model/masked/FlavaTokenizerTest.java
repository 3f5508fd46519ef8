package io.vlm4j.model.masked;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Layout;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.RandomFolder;
import io.vlm4j.nn.Interpolation;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import io.vlm4j.testing.TinyModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** A FLAVA whose patches have the codes of a VQ-VAE. */
@ExtendWith(OneThread.class)
class FlavaTokenizerTest {
  /** Of codes that stand for squares of 2 to the power of {@code halvings}. */
  private static ModelSpec<?> tokenizer(int halvings) {
    ObjectNode tree = ModelSpec.of("vqvae-nano").toTree();
    tree.put("imageSize", 16).put("halvings", halvings).put("width", 8).put("residualWidth", 8);
    return ModelSpec.parse(tree, "tokenizer");
  }

  private static ModelSpec<?> whole(ModelSpec<?> tokenizer) {
    ObjectNode tree = Json.fromYaml(TinyModels.FLAVA, ObjectNode.class, "tiny");
    ((ObjectNode) tree.path("weights")).put("mim", 1).put("mmmImage", 1);
    return ModelSpec.parse(tree, "tiny").withPart("imageTokenizer", tokenizer);
  }

  private static int codes(ModelSpec<?> flava) {
    return ((FlavaConfig) flava.config()).image().codes();
  }

  /** Pictures as the loader gives them. */
  private static Tensor pixels(ModelSpec<?> flava) {
    var pictures = List.of(Pictures.noise(16, 16, 1), Pictures.noise(16, 16, 2));
    return flava.preprocessing().toTensor(pictures);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 2}) // 2 x 2 patches of 16 x 16 pixels: codes of 8, or of 4 of a half
  void thePartsCodesAreThoseOfTheCropWithoutItsNormalisation(int halvings) {
    Engine.seed(1);
    var spec = whole(tokenizer(halvings));
    try (var part = tokenizer(halvings).create();
        var model = spec.create();
        var _ = new Scope()) {
      model.adopt("imageTokenizer", part);
      Tensor pixels = pixels(spec);
      var seen = new ArrayList<Float>();
      for (int picture = 1; picture <= 2; picture++) {
        byte[] rgb = Pictures.noise(16, 16, picture).rgb();
        for (int channel = 0; channel < 3; channel++) {
          for (int at = 0; at < 256; at++) {
            seen.add((rgb[3 * at + channel] & 0xff) / 255f);
          }
        }
      }
      var values = new float[seen.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = seen.get(i);
      }
      Tensor plain = Tensors.of(values, 2, 3, 16, 16);
      Tensor given = halvings == 3 ? plain : Interpolation.bicubic(plain, 8);
      part.setTraining(false);
      Tensor bounded = torch.relu(given).neg().add(new Scalar(1f)); // 1 - x
      Tensor within = torch.relu(bounded).neg().add(new Scalar(1f)); // in 0 to 1
      Tensor expected = ((ImageTokenizer) part).encode(within).reshape(2, 4);
      assertThat(Tensors.toLongs(((Flava) model).codes(pixels)))
          .isEqualTo(Tensors.toLongs(expected));
    }
  }

  @Test
  void theTokenizerIsNeverTrained() {
    Engine.seed(2);
    var spec = whole(tokenizer(3));
    try (var model = (Flava) spec.create();
        var _ = new Scope();
        var batch = new Batch().put(Batch.PIXELS, pixels(spec))) {
      model.setTraining(true);
      assertThat(model.parameters().keySet()).noneMatch(name -> name.startsWith("imageTokenizer"));
      assertThat(model.state().keySet()).anyMatch(name -> name.startsWith("imageTokenizer"));
      var losses = model.losses(batch);
      assertThat(losses.keySet()).containsExactly("mim_loss");
      losses.firstEntry().getValue().backward();
      model
          .state()
          .forEach((name, tensor) -> {
            if (name.startsWith("imageTokenizer")) {
              assertThat(tensor.requires_grad()).as(name).isFalse();
              assertThat(tensor.grad().defined()).as(name).isFalse();
            }
          });
    }
  }

  @Test
  void aFolderHoldsTheTokenizerAndComesBackWhole(@TempDir Path folder) {
    Engine.seed(3);
    var spec = whole(tokenizer(3));
    Path path = folder.resolve("flava");
    RandomFolder.write(spec, path, Layout.HUGGING_FACE, ScalarType.Float, null);
    var opened = ModelFolder.open(path);
    assertThat(opened.report().isExact()).as(opened.report().lines().toString()).isTrue();
    assertThat(opened.spec().config()).isEqualTo(spec.config());
    assertThat(opened.weights().names())
        .anyMatch(name -> name.startsWith("image_tokenizer.encoder.down.0."));
    Engine.seed(3);
    try (var first = spec.create();
        var again = opened.load(LoadOptions.DEFAULT, Engine.device("cpu")).model();
        var _ = new Scope()) {
      Tensor pixels = pixels(spec);
      assertThat(Tensors.toLongs(((Flava) again).codes(pixels)))
          .isEqualTo(Tensors.toLongs(((Flava) first).codes(pixels)));
      first
          .state()
          .forEach((name, tensor) ->
              assertThat(distance(tensor, again.state().get(name))).as(name).isZero());
    }
  }

  @Test
  void pairsLearnTheCodesOfTheirOwnPictures() {
    Random random = Randomness.ofTest();
    Engine.seed(4);
    var spec = whole(tokenizer(3));
    try (var model = (Flava) spec.create();
        var _ = new Scope();
        var batch =
            new Batch()
                .put(Batch.PIXELS, pixels(spec))
                .put(Batch.TOKENS, Tensors.of(random.longs(16, 1, 500).toArray(), 2, 8))) {
      var losses = model.pairLosses(batch, new SplittableRandom(1));
      assertThat(losses.get("mmm_image_loss").item_double())
          .as("guessing")
          .isBetween(0.8 * Math.log(codes(spec)), 1.2 * Math.log(codes(spec)));
    }
  }

  @Test
  void whatGivesNoCodesIsNoImageTokenizer() {
    assertRefused(() -> whole(ModelSpec.of("clip-nano")), "clip", "image tokenizer");
    assertRefused(
        () -> ModelSpec.of("flava-nano").withPart("vision", tokenizer(3)),
        "'vision'",
        "imageTokenizer");
  }

  @Test
  void aNumberOfCodesThatIsNotTheTokenizersIsRefused() {
    ObjectNode tree = whole(tokenizer(3)).toTree();
    ((ObjectNode) tree.path("image")).put("codes", 7);
    assertRefused(() -> create(tree), "image.codes is 7");
  }

  private static void create(ObjectNode tree) {
    try (Model model = ModelSpec.parse(tree, "test").create()) {
      assertThat(model).isNull();
    }
  }
}
