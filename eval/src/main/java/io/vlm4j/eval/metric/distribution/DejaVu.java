package io.vlm4j.eval.metric.distribution;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Deja vu memorisation (Jayaraman et al., arXiv 2402.02103): does a model know more of its training
 * pictures than their captions tell?
 *
 * <p>The caption of a training pair is embedded, and the objects of the k nearest pictures of a
 * public set are pooled: how many of them are in the training picture (precision), and how many of
 * the training picture's are among them (recall)? The same with a reference model that was trained
 * on other pairs tells what captions give away anyhow; what the target model has beyond it is
 * memorised. Remove near-duplicates between both training sets and the public set first.
 *
 * <p>As the authors' code does, an object counts once however often it is seen, and training
 * pictures without any object are left out.
 */
public final class DejaVu {
  private final List<Guess> target;
  private final List<Guess> reference;

  private DejaVu(List<Guess> target, List<Guess> reference) {
    this.target = target;
    this.reference = reference;
  }

  /**
   * What a model sees: unit vectors of the training pairs' captions and of the public pictures.
   *
   * @param captions {@code [training pairs, width]}
   * @param pictures {@code [public pictures, width]}
   */
  public record View(float[][] captions, float[][] pictures) {}

  /**
   * Guesses the objects by both models.
   *
   * @param target the model that was trained on the pairs
   * @param reference one that was not
   * @param trained the objects in each training picture
   * @param open the objects in each public picture
   * @param k how many neighbours to pool
   */
  public static DejaVu of(
      View target, View reference, List<Set<String>> trained, List<Set<String>> open, int k) {
    String name = "deja vu";
    Checks.atLeast(name, "k", 1, k);
    for (View view : List.of(target, reference)) {
      Checks.sameSize(name, "captions", view.captions.length, "training pictures", trained.size());
      Checks.sameSize(name, "vectors", view.pictures.length, "public pictures", open.size());
    }
    int[] used =
        IntStream.range(0, trained.size()).filter(i -> !trained.get(i).isEmpty()).toArray();
    Checks.notEmpty(name, "training pictures with objects", used.length);
    return new DejaVu(
        guesses(target, used, trained, open, k), guesses(reference, used, trained, open, k));
  }

  /**
   * The population precision gap: the share of pictures that the target guesses better, less worse.
   */
  public Scores precisionGap() {
    return gap("PPG", Guess::precision);
  }

  /** The population recall gap. */
  public Scores recallGap() {
    return gap("PRG", Guess::recall);
  }

  /**
   * The gap of the areas under the curves that say how many pictures have at least a recall r. That
   * area is the mean recall, which is computed here; the authors add up a histogram of 100 bins.
   */
  public Scores areaGap() {
    return Scores.mean(
        "AUC gap",
        IntStream.range(0, target.size())
            .mapToDouble(i -> target.get(i).recall() - reference.get(i).recall())
            .toArray());
  }

  /**
   * Of each training picture with objects, how many of its objects the target model finds and the
   * reference does not.
   */
  public int[] memorised() {
    return IntStream.range(0, target.size())
        .map(i -> {
          var only = new HashSet<>(target.get(i).right());
          only.removeAll(reference.get(i).right());
          return only.size();
        })
        .toArray();
  }

  private Scores gap(String name, ToDoubleFunction<Guess> score) {
    return Scores.mean(
        name,
        IntStream.range(0, target.size())
            .mapToDouble(i ->
                Double.compare(
                    score.applyAsDouble(target.get(i)), score.applyAsDouble(reference.get(i))))
            .toArray());
  }

  private record Guess(Set<String> right, int guessed, int present) {
    double precision() {
      return guessed == 0 ? 0 : (double) right.size() / guessed;
    }

    double recall() {
      return (double) right.size() / present;
    }
  }

  private static List<Guess> guesses(
      View view, int[] used, List<Set<String>> trained, List<Set<String>> open, int k) {
    return IntStream.of(used)
        .parallel()
        .mapToObj(i -> {
          var pooled = new HashSet<String>();
          nearest(view.captions[i], view.pictures, k).forEach(p -> pooled.addAll(open.get(p)));
          int guessed = pooled.size();
          pooled.retainAll(trained.get(i));
          return new Guess(Set.copyOf(pooled), guessed, trained.get(i).size());
        })
        .toList();
  }

  private static List<Integer> nearest(float[] caption, float[][] pictures, int k) {
    record Near(int picture, double cosine) {}
    var farthestFirst =
        Comparator.comparingDouble(Near::cosine)
            .thenComparing(Comparator.comparingInt(Near::picture).reversed());
    var near = new PriorityQueue<>(k + 1, farthestFirst);
    for (int p = 0; p < pictures.length; p++) {
      double cosine = 0;
      for (int d = 0; d < caption.length; d++) {
        cosine += (double) caption[d] * pictures[p][d];
      }
      near.add(new Near(p, cosine));
      if (near.size() > k) {
        near.poll();
      }
    }
    var nearest = new ArrayList<Integer>();
    near.forEach(n -> nearest.add(n.picture()));
    return nearest;
  }
}
