package io.vlm4j.eval.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * What a benchmark found.
 *
 * @param samples in the order of the measures' values
 * @param measures the first one is the benchmark's headline
 * @param worst what went wrong most, the worst first
 */
public record Outcome(List<Sampled> samples, List<Measure> measures, List<Example> worst) {
  /** Copies the lists. */
  public Outcome {
    samples = List.copyOf(samples);
    measures = List.copyOf(measures);
    worst = List.copyOf(worst);
  }

  /**
   * A sample: what is drawn again in a bootstrap and exchanged between two models.
   *
   * @param key its name
   * @param tags what it belongs to, such as {@code style: openmoji}
   */
  public record Sampled(String key, Map<String, String> tags) {
    /** Copies the tags in order of their names. */
    public Sampled {
      tags = new TreeMap<>(tags);
    }
  }

  /**
   * A mistake to show.
   *
   * @param picture by which the benchmark finds the picture again
   * @param wanted the right answer
   * @param got what was preferred to it
   * @param margin by how much; 0 is a tie
   */
  public record Example(String picture, String wanted, String got, double margin) {}

  /** The headline. */
  public Measure main() {
    return measures.getFirst();
  }

  /** The samples with each tag, by {@code name=value}, in the order of the names. */
  public SequencedMap<String, int[]> slices() {
    var lists = new TreeMap<String, List<Integer>>();
    for (int i = 0; i < samples.size(); i++) {
      int at = i;
      samples
          .get(i)
          .tags()
          .forEach((name, value) ->
              lists.computeIfAbsent(name + "=" + value, _ -> new ArrayList<>()).add(at));
    }
    var slices = new TreeMap<String, int[]>();
    lists.forEach(
        (name, list) -> slices.put(name, list.stream().mapToInt(Integer::intValue).toArray()));
    slices.values().removeIf(slice -> slice.length == samples.size());
    return slices;
  }

  /** Whether this measure has a value for each sample. */
  boolean isSliced(Measure measure) {
    return measure.kind() != Measure.Kind.NUMBER && measure.size() == samples.size();
  }
}
