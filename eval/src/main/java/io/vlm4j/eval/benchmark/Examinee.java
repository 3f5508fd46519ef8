package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Who is examined: a model, or a baseline that cannot see. Benchmarks ask for {@link Ability},
 * never for a class of models.
 */
public interface Examinee {
  /** For the card. */
  String name();

  /** What may be asked of it; everything else is refused. */
  Set<Ability> abilities();

  /**
   * A row for each picture; the product of a picture's row and a text's row says how well they fit,
   * and is the cosine where both are unit vectors.
   */
  default float[][] pictureVectors(List<Pixels> pictures) {
    throw cannot(Ability.EMBED);
  }

  /**
   * The same for pictures that are read for it; who is asked about some again may remember them.
   */
  default float[][] vectorsOf(List<Picture> pictures) {
    return pictureVectors(Vectors.onWhite(pictures));
  }

  /** A row for each text. */
  default float[][] textVectors(List<String> texts) {
    throw cannot(Ability.EMBED);
  }

  /** A row for each class: the normalised mean of the unit vectors of its prompts. */
  default float[][] classVectors(List<List<String>> prompts) {
    var groups = new ArrayList<int[]>();
    int from = 0;
    for (List<String> some : prompts) {
      groups.add(IntStream.range(from, from + some.size()).toArray());
      from += some.size();
    }
    return Vectors.means(textVectors(prompts.stream().flatMap(List::stream).toList()), groups);
  }

  /**
   * Probabilities of classes: a softmax of the products, unless a model has a way of its own.
   *
   * @param products of each picture with each class, {@code [P, C]}
   */
  default float[][] probabilities(float[][] products) {
    return Arrays.stream(products).map(Vectors::softmax).toArray(float[][]::new);
  }

  /** A caption for each picture. */
  default List<String> captions(List<Pixels> pictures) {
    throw cannot(Ability.CAPTION);
  }

  /** An answer to each question about the picture at its place. */
  default List<String> answers(List<Pixels> pictures, List<String> questions) {
    throw cannot(Ability.ANSWER);
  }

  /** The natural logarithm of the probability of each text beside the picture at its place. */
  default double[] logLikelihoods(List<Pixels> pictures, List<String> texts) {
    throw cannot(Ability.LIKELIHOOD);
  }

  private InputException cannot(Ability ability) {
    return new InputException(name() + " cannot " + ability.words());
  }
}
