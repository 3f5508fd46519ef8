package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Whether that may be asked of it. */
  default boolean can(Ability ability) {
    return abilities().contains(ability)
        || (ability == Ability.COMPARE && abilities().contains(Ability.EMBED));
  }

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

  /** Pictures and texts that are compared with one another. */
  record Group(List<Pixels> pictures, List<String> texts) {}

  /**
   * How well each text of a group fits each of its pictures, {@code [pictures][texts]}; a larger
   * number is a better fit, and only those of one group are compared. By the products of vectors,
   * unless someone has a way of their own; a text that comes often is embedded once.
   */
  default List<double[][]> fits(List<Group> groups) {
    List<String> texts = groups.stream().flatMap(g -> g.texts().stream()).distinct().toList();
    float[][] rows = pictureVectors(groups.stream().flatMap(g -> g.pictures().stream()).toList());
    float[][] columns = textVectors(texts);
    Map<String, Integer> places = new LinkedHashMap<>();
    texts.forEach(text -> places.put(text, places.size()));
    var fits = new ArrayList<double[][]>();
    int next = 0;
    for (Group group : groups) {
      var fit = new double[group.pictures().size()][group.texts().size()];
      for (double[] row : fit) {
        float[] picture = rows[next++];
        for (int t = 0; t < row.length; t++) {
          row[t] = Vectors.exactDot(picture, columns[places.getOrDefault(group.texts().get(t), 0)]);
        }
      }
      fits.add(fit);
    }
    return fits;
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

  /**
   * An answer to each question about the pictures at its place, in the order of time.
   *
   * @throws InputException if it looks at one picture at a time, and a question is about several
   */
  default List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
    if (clips.stream().anyMatch(clip -> clip.size() != 1)) {
      throw new InputException(name() + " looks at one picture at a time, not at several");
    }
    return answers(clips.stream().map(List::getFirst).toList(), questions);
  }

  /** The natural logarithm of the probability of each text beside the picture at its place. */
  default double[] logLikelihoods(List<Pixels> pictures, List<String> texts) {
    throw cannot(Ability.LIKELIHOOD);
  }

  private InputException cannot(Ability ability) {
    return new InputException(name() + " cannot " + ability.words());
  }
}
