package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(OneThread.class)
class TrainerTest {
  /** From OpenCLIP's training loop, with its format specifications. */
  private static final Pattern OPEN_CLIPS_LINE =
      Pattern.compile(
          "Train Epoch: \\d+ \\[ *\\d+/\\d+ \\(\\d+%\\)\\] Data \\(t\\): \\d+\\.\\d{3}"
              + " Batch \\(t\\): \\d+\\.\\d{3}, [\\d.]+/s, [\\d.]+/s/gpu LR: \\d\\.\\d{6}"
              + " Logit Scale: \\d+\\.\\d{3}"
              + " Contrastive_loss: \\d[\\d.e+-]+ \\(\\d[\\d.e+-]+\\)"
              + " Loss: \\d[\\d.e+-]+ \\(\\d[\\d.e+-]+\\)");

  @TempDir Path folder;
  private final Colours colours = new Colours();

  /** Stops after so many steps; remembers what it is told. */
  private static final class Watcher implements Trainer.Observer {
    private final long stopAfter;
    private final List<Long> validations = new ArrayList<>();
    private final List<Progress> progress = new ArrayList<>();
    private long asked;

    Watcher(long stopAfter) {
      this.stopAfter = stopAfter;
    }

    @Override
    public void progress(Progress now) {
      progress.add(now);
    }

    @Override
    public Map<String, Double> validate(Model model, long step) {
      assertThat(model.isTraining()).isFalse();
      validations.add(step);
      return Map.of("recall", 0.5);
    }

    @Override
    public boolean stops() {
      return asked++ >= stopAfter;
    }
  }

  @AfterEach
  void close() {
    colours.close();
  }

  @Test
  void theLossFallsOnColoursWithNames() {
    var watcher = new Watcher(Long.MAX_VALUE);

    train(Map.of(), 80, watcher);

    Progress last = watcher.progress.getLast();
    assertThat(last.step()).isEqualTo(80);
    assertThat(last.losses().get("contrastive_loss"))
        .as("the loss of guessing is ln 8 = 2.08")
        .isLessThan(0.3);
  }

  @ParameterizedTest
  @CsvSource({"0, 7", "0.9, 7", "0.9, 1"})
  void aRunThatWasStoppedAndResumedEndsWithTheSameBits(double averageDecay, long stop) {
    Map<String, Object> settings = Map.of("averageDecay", averageDecay, "precision", "bf16");
    Map<String, float[]> whole = train(settings, 12, new Watcher(Long.MAX_VALUE));
    Path resumed = folder.resolve("resumed");

    train(settings, resumed, Optional.empty(), 12, new Watcher(stop));
    Map<String, float[]> rest =
        train(settings, resumed, Optional.of("latest"), 99, new Watcher(Long.MAX_VALUE));

    assertThat(rest).usingRecursiveComparison().isEqualTo(whole);
  }

  @Test
  void aModelThatAlsoWritesIsTrainedLoggedAndResumedByTheSameLoop() throws IOException {
    Path resumed = folder.resolve("resumed");
    var watcher = new Watcher(Long.MAX_VALUE);
    try (var both = new Colours(TinyModels.COCA)) {
      Map<String, Object> settings = Map.of("averageDecay", 0.9);
      Map<String, float[]> whole =
          train(both, settings, folder.resolve("whole"), Optional.empty(), 60, watcher);
      train(both, settings, resumed, Optional.empty(), 60, new Watcher(23));
      Map<String, float[]> rest =
          train(both, settings, resumed, Optional.of("latest"), 99, new Watcher(Long.MAX_VALUE));

      assertThat(rest).usingRecursiveComparison().isEqualTo(whole);
    }
    Map<String, Double> losses = watcher.progress.getLast().losses();
    assertThat(losses).containsOnlyKeys("contrastive_loss", "caption_loss");
    assertThat(losses.get("contrastive_loss")).as("guessing is ln 8").isLessThan(1);
    assertThat(losses.get("caption_loss")).as("guessing is 2 ln 545 = 12.6").isLessThan(1);
    assertThat(Files.readString(resumed.resolve("out.log")))
        .containsPattern("Contrastive_loss: [\\d.]+ \\([\\d.]+\\) Caption_loss: [\\d.]+ ");
  }

  /** Whether a step is of texts or of pairs, and what is hidden in it, are chance of that step. */
  @Test
  void aModelThatLearnsInTurnsIsResumedWithTheSameBits() {
    Path resumed = folder.resolve("resumed");
    try (var turns = new Colours(TinyModels.FLAVA)) {
      Map<String, Object> settings = Map.of("averageDecay", 0.9);
      Map<String, float[]> whole =
          train(
              turns,
              settings,
              folder.resolve("whole"),
              Optional.empty(),
              150,
              new Watcher(Long.MAX_VALUE));
      train(turns, settings, resumed, Optional.empty(), 150, new Watcher(61));
      Map<String, float[]> rest =
          train(turns, settings, resumed, Optional.of("latest"), 999, new Watcher(Long.MAX_VALUE));

      assertThat(rest).usingRecursiveComparison().isEqualTo(whole);
      Map<String, Double> losses = turns.losses(whole);
      assertThat(losses).containsOnlyKeys("itm_loss", "mmm_text_loss", "global_contrastive_loss");
      assertThat(losses.get("global_contrastive_loss")).as("guessing is ln 8").isLessThan(1);
    }
  }

  /** A FLAVA of which each patch has a VQ-VAE's code. */
  private static String withCodes() {
    return TinyModels.FLAVA
        .replace("mim: 0", "mim: 1")
        .replace("mmmImage: 0", "mmmImage: 1")
        .replace(
            "imageTokenizer: null",
            """
            imageTokenizer:
              {family: vqvae, imageSize: 16, halvings: 3, width: 8, residualBlocks: 1,
                residualWidth: 8, commitment: 0.25, codebook: {size: 8, width: 4, averaged: true,
                  decay: 0.99, epsilon: 1.0e-5, restartBelow: 0.03}}\
            """);
  }

  @Test
  void aFrozenPartIsSavedButNotTrainedAndTheRunIsResumedWithTheSameBits() {
    Path whole = folder.resolve("whole");
    Path resumed = folder.resolve("resumed");
    try (var task = new Colours(withCodes())) {
      Map<String, float[]> first =
          train(task, Map.of(), whole, Optional.empty(), 12, new Watcher(Long.MAX_VALUE));
      train(task, Map.of(), resumed, Optional.empty(), 12, new Watcher(5));
      Map<String, float[]> rest =
          train(task, Map.of(), resumed, Optional.of("latest"), 99, new Watcher(Long.MAX_VALUE));
      assertThat(rest).usingRecursiveComparison().isEqualTo(first);
    }
    Path half = resumed.resolve("checkpoints/step_00000005");
    Path end = whole.resolve("checkpoints/step_00000012");
    try (var _ = new Scope()) {
      var before = TensorSource.readAll(half.resolve("model.safetensors"));
      var after = TensorSource.readAll(end.resolve("model.safetensors"));
      before.keySet().removeIf(name -> !name.startsWith("imageTokenizer."));
      assertThat(before).isNotEmpty();
      before.forEach(
          (name, tensor) -> assertThat(torch.equal(tensor, after.get(name))).as(name).isTrue());
      assertThat(TensorSource.readAll(end.resolve("optimizer.safetensors")).keySet())
          .isNotEmpty()
          .noneMatch(name -> name.contains("imageTokenizer"));
    }
  }

  @Test
  void validatingChangesNothing() {
    Map<String, Object> settings = Map.of("averageDecay", 0.9);
    var often = new Watcher(Long.MAX_VALUE);
    Map<String, float[]> plain = train(settings, 12, new Watcher(Long.MAX_VALUE));

    Map<String, float[]> validated;
    try (var run = new RunFolder(folder.resolve("validated"), false);
        var model =
            colours
                .trainer(Colours.config(settings))
                .train(new Budget.Steps(12), Optional.empty(), run, 5, 1e9, often)
                .model()) {
      validated = weights(model);
    }

    assertThat(often.validations).containsExactly(3L, 5L, 8L, 10L, 12L);
    assertThat(validated).usingRecursiveComparison().isEqualTo(plain);
  }

  @Test
  void anotherSeedGivesAnotherModel() {
    Map<String, float[]> first = train(Map.of("seed", 1), 2, new Watcher(9));

    assertThat(train(Map.of("seed", 2), 2, new Watcher(9)))
        .usingRecursiveComparison()
        .isNotEqualTo(first);
  }

  @Test
  void aStoppedRunSaysHowFarItIs() {
    Path run = folder.resolve("stopped");
    try (var runFolder = new RunFolder(run, false)) {
      var outcome =
          colours
              .trainer(Colours.config(Map.of()))
              .train(new Budget.Steps(50), Optional.empty(), runFolder, 0, 1e9, new Watcher(3));
      outcome.model().close();

      assertThat(outcome.isComplete()).isFalse();
      assertThat(outcome.done()).isEqualTo(3);
      assertThat(outcome.steps()).isEqualTo(50);
      assertThat(run.resolve("checkpoints/step_00000003")).isDirectory();
    }
  }

  @Test
  void aRunThatDiedBeforeItsFirstCheckpointIsResumedFromTheBeginning() {
    Map<String, float[]> whole = train(Map.of(), 4, new Watcher(Long.MAX_VALUE));

    Map<String, float[]> resumed =
        train(
            Map.of(),
            folder.resolve("died"),
            Optional.of("latest"),
            4,
            new Watcher(Long.MAX_VALUE));

    assertThat(resumed).usingRecursiveComparison().isEqualTo(whole);
  }

  @Test
  void checkpointsAreWrittenOnTheWay() throws IOException {
    Path run = folder.resolve("run");
    try (var runFolder = new RunFolder(run, false)) {
      colours
          .trainer(Colours.config(Map.of()))
          .train(new Budget.Steps(5), Optional.empty(), runFolder, 0, 0, new Watcher(9))
          .model()
          .close();
    }

    try (var saved = Files.list(run.resolve("checkpoints"))) {
      assertThat(saved.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("step_00000004", "step_00000005");
    }
  }

  @Test
  void divergenceIsOneClearLine() {
    assertThatThrownBy(() ->
            train(
                Map.of("learningRate", 1e30, "maxGradientNorm", 0),
                50,
                new Watcher(Long.MAX_VALUE)))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "training diverged: contrastive_loss is \\S+ at step \\d+;"
                + " try a lower learning rate or f32");
  }

  @Test
  void aBatchWithoutOneReadablePictureEndsTheRunWithItsCause() {
    List<Sample> broken =
        Colours.samples().stream()
            .map(sample ->
                Sample.pair(
                    sample.key(),
                    sample.origin(),
                    Picture.drawn(
                        "broken",
                        () -> {
                          throw new InputException("a broken picture");
                        }),
                    sample.texts(),
                    Map.of()))
            .toList();
    try (var run = new RunFolder(folder.resolve("run"), false)) {
      assertThatThrownBy(() ->
              colours
                  .trainer(Colours.config(Map.of()), broken)
                  .train(new Budget.Steps(5), Optional.empty(), run, 0, 1e9, new Watcher(9)))
          .isInstanceOf(InputException.class)
          .hasMessage("not one of the batch's 8 samples can be used; the first: a broken picture");
    }
  }

  @Test
  void theLogReadsAsOpenClips() throws IOException {
    train(Map.of(), folder.resolve("run"), Optional.empty(), 3, new Watcher(Long.MAX_VALUE));

    List<String> lines = Files.readAllLines(folder.resolve("run/out.log"));
    assertThat(lines)
        .map(line -> line.replaceFirst("^[^|]*\\| INFO \\| ", ""))
        .filteredOn(line -> line.startsWith("Train Epoch"))
        .isNotEmpty()
        .allMatch(line -> OPEN_CLIPS_LINE.matcher(line).matches());
    assertThat(lines.getLast()).contains("Train Epoch: 2 [8/8 (100%)]");
  }

  @Test
  void aBudgetInMinutesBecomesANumberOfStepsAndIsRecorded() {
    Path run = folder.resolve("minutes");
    try (var runFolder = new RunFolder(run, false)) {
      var outcome =
          colours
              .trainer(Colours.config(Map.of()))
              .train(new Budget.Minutes(1e-9), Optional.empty(), runFolder, 0, 1e9, new Watcher(9));
      outcome.model().close();

      assertThat(outcome.steps()).isEqualTo(1);
    }
    assertThat(
            Json.readObject(run.resolve("checkpoints/step_00000001/progress.json")).path("steps"))
        .hasToString("1");
  }

  private Map<String, float[]> train(Map<String, Object> settings, long steps, Watcher watcher) {
    return train(
        settings, folder.resolve("run-" + System.nanoTime()), Optional.empty(), steps, watcher);
  }

  private Map<String, float[]> train(
      Map<String, Object> settings,
      Path path,
      Optional<String> resume,
      long steps,
      Watcher watcher) {
    return train(colours, settings, path, resume, steps, watcher);
  }

  private static Map<String, float[]> train(
      Colours task,
      Map<String, Object> settings,
      Path path,
      Optional<String> resume,
      long steps,
      Watcher watcher) {
    try (var run = new RunFolder(path, false);
        var model =
            task.trainer(Colours.config(settings))
                .train(new Budget.Steps(steps), resume, run, 0, 1e9, watcher)
                .model()) {
      return weights(model);
    }
  }

  private static Map<String, float[]> weights(Model model) {
    var weights = new TreeMap<String, float[]>();
    model.parameters().forEach((name, value) -> weights.put(name, Tensors.toFloats(value)));
    return weights;
  }
}
