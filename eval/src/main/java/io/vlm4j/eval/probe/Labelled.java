package io.vlm4j.eval.probe;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.eval.PixelNeighbours;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.FeatureExtractor;
import io.vlm4j.model.Pretrained;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Features with the right class of each.
 *
 * @param features {@code [N, W]}; not copied
 * @param labels indices of classes; not copied
 */
public record Labelled(float[][] features, int[] labels) {
  private static final int CHUNK = 256;

  /** Checks that there is a class for each. */
  public Labelled {
    if (features.length != labels.length) {
      throw new IllegalArgumentException(
          features.length + " features and " + labels.length + " classes");
    }
  }

  /**
   * Samples as an encoder sees them: their pictures, their principal texts, or both.
   *
   * @param label the class of a sample; samples of none of the classes are passed over
   * @param skipped is told of every sample whose picture cannot be read
   */
  public static Labelled of(
      Pretrained model,
      String encoder,
      List<Sample> samples,
      List<String> classes,
      Function<Sample, String> label,
      SkippedSamples skipped) {
    boolean hasPictures = model.encoders().get(encoder) != FeatureExtractor.Input.TEXTS;
    boolean hasTexts = model.encoders().get(encoder) != FeatureExtractor.Input.PICTURES;
    List<Sample> known = samples.stream().filter(s -> classes.contains(label.apply(s))).toList();
    var features = new ArrayList<float[]>();
    var labels = new ArrayList<Integer>();
    for (int from = 0; from < known.size(); from += CHUNK) {
      var pictures = new ArrayList<Pixels>();
      var texts = new ArrayList<String>();
      for (Sample sample : known.subList(from, Math.min(known.size(), from + CHUNK))) {
        try {
          if (hasPictures) {
            pictures.add(sample.picture().pixels().over(255, 255, 255));
          }
          if (hasTexts) {
            texts.add(sample.text());
          }
          labels.add(classes.indexOf(label.apply(sample)));
        } catch (InputException e) {
          skipped.add(sample, e);
        }
      }
      features.addAll(List.of(model.features(encoder, pictures, texts)));
    }
    return new Labelled(
        features.toArray(float[][]::new), labels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Samples as their own 16 x 16 pixels: what a classifier makes of pictures without a model. */
  public static Labelled pixels(
      List<Sample> samples,
      List<String> classes,
      Function<Sample, String> label,
      SkippedSamples skipped) {
    var features = new ArrayList<float[]>();
    var labels = new ArrayList<Integer>();
    for (Sample sample : samples) {
      int known = classes.indexOf(label.apply(sample));
      try {
        if (known >= 0) {
          features.add(PixelNeighbours.pixels(sample));
          labels.add(known);
        }
      } catch (InputException e) {
        skipped.add(sample, e);
      }
    }
    return new Labelled(
        features.toArray(float[][]::new), labels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Both, one after the other. */
  Labelled with(Labelled other) {
    return new Labelled(
        Stream.of(features, other.features).flatMap(Stream::of).toArray(float[][]::new),
        IntStream.concat(Arrays.stream(labels), Arrays.stream(other.labels)).toArray());
  }
}
