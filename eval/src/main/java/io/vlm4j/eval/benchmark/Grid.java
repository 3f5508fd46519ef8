package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.io.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Some pictures and some texts that are compared with one another: Winoground's two of each, a
 * picture with a true and a false caption, eight crops with eight captions.
 *
 * <p>Where every picture has a text of its own and all share the texts, nobody who sees only the
 * texts can be right more often than by chance: to every picture it prefers the same text.
 *
 * @param owners for each text the picture that it belongs to, or -1 if it fits none
 * @param tags what it is a case of, for slices
 */
public record Grid(
    String key,
    List<Picture> pictures,
    List<String> texts,
    List<Integer> owners,
    Map<String, String> tags) {
  /** Copies the lists and checks that every picture has a text, and each text one owner. */
  public Grid {
    pictures = List.copyOf(pictures);
    texts = List.copyOf(texts);
    owners = List.copyOf(owners);
    tags = Map.copyOf(tags);
    if (texts.size() != owners.size()) {
      throw new InputException(
          "%s: %d texts but %d owners".formatted(key, texts.size(), owners.size()));
    }
    for (int p = 0; p < pictures.size(); p++) {
      if (!owners.contains(p)) {
        throw new InputException("%s: picture %d of it has no text".formatted(key, p));
      }
    }
  }

  /** As many texts as pictures; text i belongs to picture i. */
  public static Grid square(
      String key, List<Picture> pictures, List<String> texts, Map<String, String> tags) {
    List<Integer> owners = IntStream.range(0, texts.size()).boxed().toList();
    return new Grid(key, pictures, texts, owners, tags);
  }

  /** A picture with captions, of which one is right. */
  public static Grid choice(
      String key, Picture picture, List<String> texts, int right, Map<String, String> tags) {
    List<Integer> owners =
        IntStream.range(0, texts.size()).map(t -> t == right ? 0 : -1).boxed().toList();
    return new Grid(key, List.of(picture), texts, owners, tags);
  }

  /**
   * Whether a picture's own texts all score higher than all others: a tie is a failure, and so is a
   * score that is no number.
   */
  boolean isRight(int picture, double[] scores) {
    return best(picture, scores, false) < worst(picture, scores);
  }

  /** The lowest score of a picture's own texts. */
  private double worst(int picture, double[] scores) {
    double worst = Double.POSITIVE_INFINITY;
    for (int t = 0; t < scores.length; t++) {
      if (owners.get(t) == picture) {
        worst = Math.min(worst, scores[t]); // of a NaN, NaN
      }
    }
    return worst;
  }

  private double best(int picture, double[] scores, boolean own) {
    double best = Double.NEGATIVE_INFINITY;
    for (int t = 0; t < scores.length; t++) {
      if ((owners.get(t) == picture) == own) {
        best = Math.max(best, scores[t]);
      }
    }
    return best;
  }

  /** The index of the best text that is not the picture's; -1 if there is none. */
  int rival(int picture, double[] scores) {
    double best = best(picture, scores, false);
    return IntStream.range(0, scores.length)
        .filter(t -> owners.get(t) != picture && !(scores[t] < best))
        .findFirst()
        .orElse(-1);
  }

  /** By how much the rival is preferred. */
  double margin(int picture, double[] scores) {
    return best(picture, scores, false) - worst(picture, scores);
  }

  /** The index of a picture's first text. */
  int own(int picture) {
    return owners.indexOf(picture);
  }

  /**
   * The share of orders of the texts in which a picture's own come first: what guessing scores on
   * average over the pictures.
   */
  double chance() {
    return IntStream.range(0, pictures.size())
        .mapToDouble(p -> {
          long own = owners.stream().filter(owner -> owner == p).count();
          double ways = 1;
          for (int i = 1; i <= own; i++) {
            ways *= (double) (texts.size() - own + i) / i;
          }
          return 1 / ways;
        })
        .average()
        .orElse(Double.NaN);
  }

  /** How many pictures have their own texts first. */
  int countRight(double[][] scores) {
    return (int) IntStream.range(0, pictures.size()).filter(p -> isRight(p, scores[p])).count();
  }

  @Override
  public String toString() {
    return "Grid[%s, %d x %d, %s]"
        .formatted(key, pictures.size(), texts.size(), Arrays.toString(owners.toArray()));
  }
}
