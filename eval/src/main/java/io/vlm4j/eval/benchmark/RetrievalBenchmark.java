package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.eval.metric.Rank;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Finding the texts of a picture and the pictures of a text, each among all of a gallery. The right
 * ones share a text; of several right ones the first counts, and equal scores come before a right
 * one. Queries of one gallery never look into another.
 */
public final class RetrievalBenchmark extends Benchmark {
  private static final int[] DEPTHS = {1, 5, 10};
  private static final int WORST = 12;

  private final List<Gallery> galleries;

  /**
   * Searches galleries.
   *
   * @param galleries at least one
   */
  public RetrievalBenchmark(Heading heading, List<Gallery> galleries) {
    super(heading);
    if (galleries.isEmpty()) {
      throw new InputException(heading.name() + ": no galleries to search");
    }
    this.galleries = List.copyOf(galleries);
  }

  /**
   * Pictures and their texts.
   *
   * @param captions for each picture its texts; at least one
   * @param tags for slices
   */
  public record Gallery(
      List<String> keys,
      List<Picture> pictures,
      List<List<String>> captions,
      Map<String, String> tags) {
    /** Copies the lists, and the tags in order of their names, which the data's hash depends on. */
    public Gallery {
      tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
      keys = List.copyOf(keys);
      pictures = List.copyOf(pictures);
      captions = captions.stream().map(List::copyOf).toList();
      if (pictures.isEmpty() || captions.stream().anyMatch(List::isEmpty)) {
        throw new InputException("a gallery needs pictures, and each a text");
      }
    }

    /** Samples with some of their texts. */
    public static Gallery of(
        List<Sample> samples, Function<Sample, List<String>> texts, Map<String, String> tags) {
      return new Gallery(
          samples.stream().map(Sample::key).toList(),
          samples.stream().map(Sample::picture).toList(),
          samples.stream().map(texts).toList(),
          tags);
    }
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Gallery gallery : galleries) {
      for (int i = 0; i < gallery.pictures().size(); i++) {
        hash.add(gallery.keys().get(i)).add(gallery.pictures().get(i)).next();
        gallery.captions().get(i).forEach(hash::add);
      }
      hash.add(gallery.tags().toString());
    }
  }

  /** Where the first right answer came for each query of one direction. */
  private static final class Ranks {
    private final List<Outcome.Sampled> samples = new ArrayList<>();
    private final List<Integer> ranks = new ArrayList<>();
    private final List<Double> sizes = new ArrayList<>(); // right answers over all answers

    void add(Outcome.Sampled sample, int rank, double share) {
      samples.add(sample);
      ranks.add(rank);
      sizes.add(share);
    }
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var texts = new Ranks();
    var pictures = new Ranks();
    var worst = new ArrayList<Outcome.Example>();
    long all = galleries.stream().mapToLong(gallery -> gallery.pictures().size()).sum();
    long done = 0;
    for (int g = 0; g < galleries.size(); g++) {
      Gallery gallery = galleries.get(g);
      long before = done;
      float[][] rows = Vectors.of(who, gallery.pictures(), (n, _) -> watch.done(before + n, all));
      List<String> candidates =
          gallery.captions().stream().flatMap(List::stream).distinct().toList();
      float[][] columns = embedAll(who, candidates);
      search(gallery, g, rows, columns, candidates, texts, pictures, worst);
      done += gallery.pictures().size();
    }
    var samples = new ArrayList<>(texts.samples);
    samples.addAll(pictures.samples);
    var measures = new ArrayList<Measure>();
    measures.add(both(texts, pictures));
    for (int depth : DEPTHS) {
      measures.add(recall("text R@" + depth, texts, depth));
    }
    for (int depth : DEPTHS) {
      measures.add(recall("picture R@" + depth, pictures, depth));
    }
    return new Outcome(
        samples,
        measures,
        worst.stream()
            .sorted(Comparator.comparingDouble(Outcome.Example::margin).reversed())
            .limit(WORST)
            .toList());
  }

  private static float[][] embedAll(Examinee who, List<String> texts) {
    var rows = new ArrayList<float[]>();
    for (int from = 0; from < texts.size(); from += 1024) {
      rows.addAll(
          Arrays.asList(who.textVectors(texts.subList(from, Math.min(texts.size(), from + 1024)))));
    }
    return rows.toArray(float[][]::new);
  }

  private static void search(
      Gallery gallery,
      int number,
      float[][] rows,
      float[][] columns,
      List<String> candidates,
      Ranks texts,
      Ranks pictures,
      List<Outcome.Example> worst) {
    var places = new HashMap<String, Integer>();
    candidates.forEach(text -> places.put(text, places.size()));
    var owners = new ArrayList<List<Integer>>(); // of each text the pictures
    candidates.forEach(_ -> owners.add(new ArrayList<>()));
    for (int p = 0; p < rows.length; p++) {
      var right = new ArrayList<Integer>();
      for (String caption : gallery.captions().get(p)) {
        int t = places.getOrDefault(caption, 0);
        right.add(t);
        owners.get(t).add(p);
      }
      float[] scores = scores(rows[p], columns);
      int rank = rank(scores, right);
      texts.add(
          sampled(gallery, gallery.keys().get(p) + " to text", "text"),
          rank,
          (double) right.size() / candidates.size());
      if (rank > 1) {
        int best = Vectors.best(scores);
        worst.add(
            new Outcome.Example(
                number + "/" + p,
                gallery.captions().get(p).getFirst(),
                candidates.get(best),
                (double) scores[best] - scores[right.getFirst()]));
      }
    }
    for (int t = 0; t < columns.length; t++) {
      pictures.add(
          sampled(gallery, candidates.get(t) + " to picture", "picture"),
          rank(scores(columns[t], rows), owners.get(t)),
          (double) owners.get(t).size() / rows.length);
    }
  }

  private static Outcome.Sampled sampled(Gallery gallery, String key, String wanted) {
    var tags = new HashMap<>(gallery.tags());
    tags.put("wanted", wanted);
    return new Outcome.Sampled(key, tags);
  }

  private static float[] scores(float[] query, float[][] answers) {
    return Vectors.products(new float[][] {query}, answers)[0];
  }

  /** The rank of the best right answer, from 1; other right ones do not stand before it. */
  private static int rank(float[] scores, List<Integer> right) {
    int best = right.getFirst();
    for (int i : right) {
      best = scores[i] > scores[best] ? i : best;
    }
    int rank = Rank.of(scores, best);
    for (int i : right) {
      rank -= i == best || scores[i] < scores[best] ? 0 : 1;
    }
    return rank;
  }

  /** The mean of both R@1, each query counting as much as its direction has few. */
  private static Measure both(Ranks texts, Ranks pictures) {
    double[] first = hits(texts, 1);
    double[] second = hits(pictures, 1);
    var each = new double[first.length + second.length];
    System.arraycopy(first, 0, each, 0, first.length);
    System.arraycopy(second, 0, each, first.length, second.length);
    int[] direction = IntStream.range(0, each.length).map(i -> i < first.length ? 0 : 1).toArray();
    return Measure.classMean(
        "mean R@1", each, direction, (chance(texts, 1) + chance(pictures, 1)) / 2);
  }

  private static Measure recall(String name, Ranks ranks, int depth) {
    return Measure.mean(name, hits(ranks, depth), chance(ranks, depth));
  }

  private static double[] hits(Ranks ranks, int depth) {
    return ranks.ranks.stream().mapToDouble(rank -> rank <= depth ? 1 : 0).toArray();
  }

  /** Of a random order, about: k draws of which each is right with the share of right ones. */
  private static double chance(Ranks ranks, int depth) {
    return ranks.sizes.stream()
        .mapToDouble(share -> 1 - Math.pow(1 - Math.min(1, share), depth))
        .average()
        .orElse(Double.NaN);
  }

  @Override
  public Picture picture(String example) {
    String[] place = example.split("/", 2);
    return galleries.get(Integer.parseInt(place[0])).pictures().get(Integer.parseInt(place[1]));
  }
}
