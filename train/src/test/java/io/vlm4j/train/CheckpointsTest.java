package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.io.InputException;
import io.vlm4j.model.Model;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path folder;

  private final Colours colours = new Colours();
  private Checkpoints checkpoints;
  private Model model;
  private GradientStep step;

  @BeforeEach
  void open() {
    checkpoints = new Checkpoints(folder);
    Engine.seed(1);
    model = colours.spec.create();
    step = step(Map.of("averageDecay", 0.9));
  }

  @AfterEach
  void close() {
    step.close();
    model.close();
    colours.close();
  }

  @Test
  void theNewestTwoAreKept() {
    for (long done : new long[] {5, 100, 2000}) {
      checkpoints.save(done, 3000, model, step);
    }

    assertThat(names()).containsExactly("step_00000100", "step_00002000");
    assertThat(checkpoints.latest()).contains(folder.resolve("step_00002000"));
    assertThat(Checkpoints.position(folder.resolve("step_00000100")))
        .isEqualTo(new Checkpoints.Position(100, 3000));
  }

  @Test
  void savingTheSameStepAgainReplacesIt() {
    checkpoints.save(5, 10, model, step);
    checkpoints.save(5, 20, model, step);

    assertThat(names()).containsExactly("step_00000005");
    assertThat(Checkpoints.position(folder.resolve("step_00000005")).steps()).isEqualTo(20);
  }

  @Test
  void whatACrashLeftHalfWrittenIsIgnored() throws IOException {
    checkpoints.save(5, 10, model, step);
    Files.createDirectory(folder.resolve(".step_00000009.0b3c"));
    Files.writeString(folder.resolve(".step_00000009.0b3c/model.safetensors"), "half");

    assertThat(checkpoints.latest()).contains(folder.resolve("step_00000005"));
  }

  @Test
  void theStateIsRestoredBitForBit() {
    checkpoints.save(5, 10, model, step);
    Map<String, float[]> weights = values(model.parameters());
    Map<String, float[]> state = values(step.state());
    try (var _ = new NoGrad()) {
      model.parameters().values().forEach(Tensor::zero_);
      step.state().values().forEach(Tensor::zero_);
    }

    Checkpoints.restore(folder.resolve("step_00000005"), model, step);

    assertThat(values(model.parameters())).usingRecursiveComparison().isEqualTo(weights);
    assertThat(values(step.state())).usingRecursiveComparison().isEqualTo(state);
  }

  @Test
  void aStateOfOtherSettingsIsRefused() {
    checkpoints.save(5, 10, model, step);
    try (var other = step(Map.of())) {
      assertThatThrownBy(() -> Checkpoints.restore(folder.resolve("step_00000005"), model, other))
          .isInstanceOf(InputException.class)
          .hasMessage(
              folder.resolve("step_00000005/optimizer.safetensors")
                  + " does not fit: it was saved with another model or other settings");
    }
  }

  @Test
  void oneIsFoundByNameOrAsTheLatest() {
    checkpoints.save(5, 10, model, step);
    checkpoints.save(7, 10, model, step);

    assertThat(checkpoints.find("step_00000005")).contains(folder.resolve("step_00000005"));
    assertThat(checkpoints.find("latest")).contains(folder.resolve("step_00000007"));
    assertThatThrownBy(() -> checkpoints.find("step_00000006"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            folder
                + " holds no checkpoint 'step_00000006': use latest or one of"
                + " [step_00000005, step_00000007]");
  }

  @Test
  void withoutAnyThereIsNoLatest() {
    assertThat(checkpoints.find("latest")).isEmpty();
    assertThat(new Checkpoints(folder.resolve("absent")).latest()).isEmpty();
  }

  private GradientStep step(Map<String, Object> changes) {
    return new GradientStep(model, Colours.config(changes), new Device("cpu"));
  }

  private List<String> names() {
    try (var paths = Files.list(folder)) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, float[]> values(Map<String, Tensor> tensors) {
    var values = new TreeMap<String, float[]>();
    tensors.forEach((name, tensor) -> values.put(name, Tensors.toFloats(tensor)));
    return values;
  }
}
