package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.BatchOrder;
import io.vlm4j.data.Captions;
import io.vlm4j.data.PairCollator;
import io.vlm4j.io.Json;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.OneThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A model with two objectives, running means, restarts of codes and a discriminator that waits. */
@ExtendWith(OneThread.class)
class ObjectivesTest {
  private static final int STEPS = 6;
  private static final String MODEL =
      """
      family: vqgan
      coder: {imageSize: 16, channels: 4, multipliers: [1, 2], blocks: 1, attentionSides: [],
        latentChannels: 4, groups: 2}
      codebook: {size: 16, width: 4, averaged: true, decay: 0.9, epsilon: 1e-5, restartBelow: 0.1}
      decodes: true
      commitment: 0.25
      perceptualWeight: 1
      perceptual: null
      adversary: {channels: 4, halvings: 1, start: 2, weight: 0.8}
      """;

  @TempDir Path folder;
  private final ModelSpec<?> spec =
      ModelSpec.parse(Json.fromYaml(MODEL, ObjectNode.class, "test"), "test");

  /** Stops when asked for the nth time; keeps the losses. */
  private static final class Watcher implements Trainer.Observer {
    private final long stopAfter;
    private final Map<Long, Map<String, Double>> losses = new LinkedHashMap<>();
    private long asked;

    Watcher(long stopAfter) {
      this.stopAfter = stopAfter;
    }

    @Override
    public void progress(Progress now) {
      losses.put(now.step(), now.losses());
    }

    @Override
    public Map<String, Double> validate(Model model, long step) {
      return Map.of();
    }

    @Override
    public boolean stops() {
      return asked++ >= stopAfter;
    }
  }

  private Map<String, List<Float>> run(String name, Optional<String> resume, Watcher watcher) {
    TrainingConfig config = Colours.config(Map.of("averageDecay", 0.5));
    var collator =
        new PairCollator(spec.preprocessing(), Augmentation.NONE, null, Captions.PRINCIPAL);
    var batches = new BatchOrder(Colours.samples(), config.batchSize(), config.seed());
    var trainer = new Trainer(spec, config, batches, collator, new Device("cpu"));
    try (var run = new RunFolder(folder.resolve(name), resume.isPresent())) {
      run.writeParams(Map.of("made", "by a test"));
      Trainer.Outcome outcome =
          trainer.train(new Budget.Steps(STEPS), resume, run, 0, 1e9, watcher);
      try (Model model = outcome.model()) {
        var state = new LinkedHashMap<String, List<Float>>();
        model
            .state()
            .forEach((key, tensor) -> {
              var values = new ArrayList<Float>();
              for (float value : Tensors.toFloats(tensor)) {
                values.add(value);
              }
              state.put(key, values);
            });
        return state;
      }
    }
  }

  @Test
  void aResumedRunEndsWithTheSameBitsAsOneThatWasNot() {
    var whole = run("whole", Optional.empty(), new Watcher(Long.MAX_VALUE));
    run("parts", Optional.empty(), new Watcher(3));
    var resumed = run("parts", Optional.of("latest"), new Watcher(Long.MAX_VALUE));
    assertThat(resumed).isEqualTo(whole);
    assertThat(whole.get("counter.steps")).containsExactly((float) STEPS);
  }

  @Test
  void bothObjectivesMoveOnceTheSecondHasBegun() {
    var before = run("two", Optional.empty(), new Watcher(2));
    var watcher = new Watcher(Long.MAX_VALUE);
    var after = run("two", Optional.of("latest"), watcher);
    assertThat(after.get("discriminator.conv.0.weight"))
        .isNotEqualTo(before.get("discriminator.conv.0.weight"));
    assertThat(after.get("decoder.convOut.weight"))
        .isNotEqualTo(before.get("decoder.convOut.weight"));
    assertThat(watcher.losses.get((long) STEPS))
        .containsKeys("reconstruction_loss", "adversarial_loss", "discriminator_loss");
  }

  @Test
  void aRestingObjectiveMovesNothing() {
    var one = run("one", Optional.empty(), new Watcher(1));
    var two = run("other", Optional.empty(), new Watcher(2));
    assertThat(two.get("discriminator.conv.0.weight"))
        .isEqualTo(one.get("discriminator.conv.0.weight"));
    assertThat(two.get("encoder.convIn.weight")).isNotEqualTo(one.get("encoder.convIn.weight"));
  }
}
