package io.vlm4j.eval;

import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.ImageLikelihood;
import io.vlm4j.model.Pretrained;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Pictures of which each belongs to one of some classes, told by a text each: what models that know
 * pictures and texts are compared on, whichever way they tell classes apart.
 *
 * @param name what is asked
 * @param samples the pictures
 * @param truths the right class of each, as an index into {@code texts}
 * @param texts what is said of each class
 */
public record ClassTask(String name, List<Sample> samples, int[] truths, List<String> texts) {
  /** Checks the truths. */
  public ClassTask {
    samples = List.copyOf(samples);
    texts = List.copyOf(texts);
    int classes = texts.size();
    if (samples.isEmpty() || classes < 2 || samples.size() != truths.length) {
      throw new InputException(name + ": pictures of at least two classes are needed");
    }
    if (Arrays.stream(truths).anyMatch(truth -> truth < 0 || truth >= classes)) {
      throw new IllegalArgumentException(name + ": a truth is no class");
    }
  }

  /**
   * A task of samples that tell their classes; all classes that occur take part.
   *
   * @param most how many samples at most, drawn with that seed
   * @param textOf what is said of a sample's class; samples for which it is empty are left out
   */
  public static ClassTask of(
      String name, List<Sample> samples, int most, long seed, Function<Sample, String> textOf) {
    var chosen = new ArrayList<Sample>();
    samples.stream().filter(sample -> !textOf.apply(sample).isEmpty()).forEach(chosen::add);
    var texts = new ArrayList<>(new LinkedHashSet<>(chosen.stream().map(textOf).sorted().toList()));
    Collections.shuffle(chosen, new Random(seed));
    return of(name, chosen.subList(0, Math.min(most, chosen.size())), texts, textOf);
  }

  /**
   * A task of few classes out of many, drawn with that seed, with all samples of these.
   *
   * @param classes how many at most
   */
  public static ClassTask ofSome(
      String name, List<Sample> samples, int classes, long seed, Function<Sample, String> textOf) {
    var all = new ArrayList<>(new LinkedHashSet<>(samples.stream().map(textOf).sorted().toList()));
    all.remove("");
    Collections.shuffle(all, new Random(seed));
    List<String> texts = all.subList(0, Math.min(classes, all.size()));
    List<Sample> chosen =
        samples.stream().filter(sample -> texts.contains(textOf.apply(sample))).toList();
    return of(name, chosen, texts, textOf);
  }

  private static ClassTask of(
      String name, List<Sample> samples, List<String> texts, Function<Sample, String> textOf) {
    int[] truths =
        samples.stream().mapToInt(sample -> texts.indexOf(textOf.apply(sample))).toArray();
    return new ClassTask(name, samples, truths, texts);
  }

  /** What is right by chance. */
  public double chance() {
    return 1.0 / texts.size();
  }

  /**
   * Asks a model: one that embeds, for the nearest text; one that says how probable pictures are,
   * for the text under which each is most probable, all classes being equally frequent.
   *
   * @throws InputException if it can neither
   */
  public ZeroShot ask(Pretrained model) {
    List<Pixels> pictures =
        samples.stream().map(sample -> sample.picture().pixels().over(255, 255, 255)).toList();
    if (model.model() instanceof DualEncoder) {
      return ZeroShot.of(
          model.embedImages(pictures), truths, texts, model.classVectors(texts, List.of("{}")));
    }
    if (model.model() instanceof ImageLikelihood) {
      return of(model.imageLogLikelihoods(pictures, texts));
    }
    throw new InputException(
        "a %s model can tell no classes of pictures apart".formatted(model.spec().family().name()));
  }

  /** The class of the highest score of each picture: {@code [pictures][classes]}. */
  ZeroShot of(float[][] scores) {
    var counts = new int[texts.size()][texts.size()];
    for (int i = 0; i < scores.length; i++) {
      int best = 0;
      for (int c = 1; c < scores[i].length; c++) {
        best = scores[i][c] > scores[i][best] ? c : best;
      }
      counts[truths[i]][best]++;
    }
    return new ZeroShot(texts, counts);
  }
}
