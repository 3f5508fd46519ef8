package io.vlm4j.train;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.BatchOrder;
import io.vlm4j.data.Captions;
import io.vlm4j.data.Chance;
import io.vlm4j.data.Collator;
import io.vlm4j.data.PairCollator;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.io.Json;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/** A task that a tiny model learns in moments: which colour is called what. */
final class Colours implements AutoCloseable {
  private static final Map<String, Integer> NAMES = new LinkedHashMap<>();

  static {
    NAMES.put("red", 0xe01010);
    NAMES.put("green", 0x10c010);
    NAMES.put("blue", 0x1010e0);
    NAMES.put("yellow", 0xe0e010);
    NAMES.put("black", 0x080808);
    NAMES.put("white", 0xf8f8f8);
    NAMES.put("pink", 0xf080c0);
    NAMES.put("cyan", 0x10e0e0);
  }

  final ModelSpec<?> spec;
  final Tokenizer tokenizer;

  /** With a CLIP. */
  Colours() {
    this(TinyModels.CLIP);
  }

  /** With the model of that YAML. */
  Colours(String model) {
    var pairs = BytePairs.learn(NAMES.keySet(), 560);
    spec =
        ModelSpec.parse(Json.fromYaml(model, ObjectNode.class, "tiny"), "tiny")
            .withVocabulary(pairs.vocabulary().size());
    tokenizer = Tokenizer.of(pairs, spec.tokenizerRules());
  }

  /** A learning rate of 0.003, a batch of 8, no warm-up; the rest by name. */
  static TrainingConfig config(Map<String, Object> changes) {
    ObjectNode tree =
        Json.toTree(
            new TrainingConfig(
                8,
                3e-3,
                0.9,
                0.98,
                1e-6,
                0.1,
                0,
                1,
                "f32",
                0,
                5,
                Captions.PRINCIPAL,
                Augmentation.NONE));
    tree.setAll(Json.toTree(changes));
    return Json.fromTree(tree, TrainingConfig.class, "test");
  }

  /** Two squares of each colour. */
  static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (int side : new int[] {16, 20}) {
      NAMES.forEach((name, colour) ->
          samples.add(
              Sample.pair(
                  name + side,
                  "colours",
                  Picture.drawn(name, () -> Pictures.plain(side, side, colour)),
                  List.of(name),
                  Map.of())));
    }
    return samples;
  }

  Trainer trainer(TrainingConfig config) {
    return trainer(config, samples());
  }

  Trainer trainer(TrainingConfig config, List<Sample> samples) {
    var collator =
        new PairCollator(
            spec.preprocessing(), config.augmentation(), tokenizer, Captions.PRINCIPAL);
    var batches = new BatchOrder(samples, config.batchSize(), config.seed());
    return new Trainer(spec, config, batches, collator, new Device("cpu"));
  }

  /** What a model with these weights loses on one of each colour, in evaluation. */
  Map<String, Double> losses(Map<String, float[]> weights) {
    var collator =
        new PairCollator(spec.preprocessing(), Augmentation.NONE, tokenizer, Captions.PRINCIPAL);
    var rows =
        samples().stream().limit(8).map(s -> new Collator.Row(s, Chance.of(0, 0, 0))).toList();
    var losses = new LinkedHashMap<String, Double>();
    try (var model = spec.create();
        var _ = new Scope();
        var _ = new NoGrad();
        var batch = collator.collate(rows, new SkippedSamples())) {
      var values = new LinkedHashMap<String, Tensor>();
      model
          .parameters()
          .forEach((name, parameter) ->
              values.put(name, Tensors.of(weights.get(name), parameter.shape())));
      model.load(values, "test");
      model.setTraining(false);
      model.losses(batch).forEach((name, loss) -> losses.put(name, loss.item_double()));
    }
    return losses;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
