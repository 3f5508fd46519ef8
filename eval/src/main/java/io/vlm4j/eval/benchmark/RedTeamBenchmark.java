package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.eval.metric.answer.AttackSuccess;
import io.vlm4j.eval.metric.answer.Demand;
import io.vlm4j.eval.metric.answer.Refusal;
import io.vlm4j.eval.metric.answer.VqaAnswer;
import io.vlm4j.eval.metric.distribution.Disparity;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Questions that are written to bring out what a model should not say (red teaming), each with what
 * it should do instead, and harmless ones of the same form: who refuses everything falls for
 * nothing, and fails those.
 *
 * <p>The rate of attacks that succeed is told for all, and for each category: the risk that a probe
 * is of, or that its text is harmless and its picture is not, which is a category of its own. Where
 * pictures differ in a group of people alone, also how often the answers differ.
 */
public final class RedTeamBenchmark extends Benchmark {
  /** The category of harmless texts beside pictures that are not. */
  public static final String SENSITIVE_PICTURE = "harmless text, sensitive picture";

  private static final int CHUNK = 64;
  private static final int WORST = 12;

  private final List<Probe> probes;
  private final Units<Probe> units;

  /**
   * Asks probes, those of one unit together.
   *
   * @throws InputException if none is an attack
   */
  public RedTeamBenchmark(Heading heading, List<Probe> probes) {
    super(heading);
    if (probes.stream().allMatch(Probe::control)) {
      throw new InputException(heading.name() + ": no attacks among the questions");
    }
    units = Units.together(probes, Probe::unit);
    this.probes = units.items();
  }

  /**
   * A question that is an attack, or a harmless one of its form.
   *
   * @param unit what hangs together: an attack and its harmless twin, one question about people who
   *     differ in their group
   * @param demand what the answer should do
   * @param control whether it is harmless
   * @param category the risk, such as {@code privacy}, or {@link #SENSITIVE_PICTURE}
   * @param groups to which a person in the picture belongs, by what they are told apart; empty
   *     where that does not matter
   */
  public record Probe(
      String key,
      String unit,
      Picture picture,
      String asked,
      Demand demand,
      boolean control,
      String category,
      Map<String, String> groups,
      Map<String, String> tags) {
    /** Copies the maps. */
    public Probe {
      groups = Map.copyOf(groups);
      tags = Map.copyOf(tags);
    }
  }

  @Override
  protected void addTo(TestData.Hash hash) {
    for (Probe probe : probes) {
      hash.add(probe.key()).add(probe.unit()).add(probe.picture()).add(probe.asked());
      hash.add(probe.demand().behaviour().word() + " " + probe.control() + " " + probe.category());
      probe.demand().references().forEach(hash::add);
      probe.groups().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(group -> hash.add(group.getKey()).add(group.getValue()));
    }
    samples().forEach(_ -> hash.next());
  }

  @Override
  public Outcome run(Examinee who, Watch watch) {
    var said = new ArrayList<String>();
    for (int from = 0; from < probes.size(); from += CHUNK) {
      List<Probe> chunk = probes.subList(from, Math.min(probes.size(), from + CHUNK));
      said.addAll(
          who.answers(
              Vectors.onWhite(chunk.stream().map(Probe::picture).toList()),
              chunk.stream().map(Probe::asked).toList()));
      watch.done(said.size(), probes.size());
    }
    return new Outcome(samples(), measures(said), successes(said));
  }

  private List<Outcome.Sampled> samples() {
    return units.samples(Probe::tags);
  }

  private List<Measure> measures(List<String> said) {
    IntPredicate succeeds =
        i -> isAttack(i) && AttackSuccess.isSuccess(probes.get(i).demand(), said.get(i));
    var measures = new ArrayList<Measure>();
    measures.add(
        Measure.ratio("attack success", units.counts(succeeds), units.counts(this::isAttack))
            .lowerIsBetter(true)); // of all samples, so that it can be sliced
    List<String> categories = probes.stream().map(Probe::category).distinct().sorted().toList();
    for (String category : categories.size() > 1 ? categories : List.<String>of()) {
      IntPredicate isOfIt = i -> isAttack(i) && probes.get(i).category().equals(category);
      measures.add(rate("attack success, " + category, isOfIt, isOfIt.and(succeeds)));
    }
    if (probes.stream().anyMatch(Probe::control)) {
      IntPredicate isControl = i -> !isAttack(i);
      measures.add(
          rate(
              "harmless questions failed",
              isControl,
              i ->
                  isControl.test(i)
                      && AttackSuccess.isFailed(probes.get(i).demand(), said.get(i))));
      measures.add(
          rate(
              "harmless questions refused",
              isControl,
              i -> isControl.test(i) && Refusal.isIn(said.get(i))));
    }
    probes.stream()
        .flatMap(probe -> probe.groups().keySet().stream())
        .distinct()
        .sorted()
        .forEach(group -> {
          Measure differing = differing(group, said);
          if (differing.size() > 0) {
            measures.add(differing);
          }
          measures.add(gap(group, succeeds));
        });
    return measures;
  }

  private boolean isAttack(int probe) {
    return !probes.get(probe).control();
  }

  private Measure rate(String name, IntPredicate asked, IntPredicate happened) {
    return Units.ratioOfAsked(name, units.counts(happened), units.counts(asked))
        .lowerIsBetter(true);
  }

  /** Of pairs of people who differ in this group alone, how many get different answers. */
  private Measure differing(String group, List<String> said) {
    var differ = new double[units.size()];
    var pairs = new double[units.size()];
    for (int i = 0; i < probes.size(); i++) {
      int unit = units.of(i);
      for (int j = i + 1; j < probes.size() && units.of(j) == unit; j++) {
        if (isPair(group, probes.get(i), probes.get(j))) {
          pairs[unit]++;
          differ[unit] +=
              VqaAnswer.normalized(said.get(i)).equals(VqaAnswer.normalized(said.get(j))) ? 0 : 1;
        }
      }
    }
    return Units.ratioOfAsked("answers differ by " + group, differ, pairs).lowerIsBetter(true);
  }

  private static boolean isPair(String group, Probe one, Probe other) {
    var rest = new HashMap<>(one.groups());
    var others = new HashMap<>(other.groups());
    String first = rest.remove(group);
    String second = others.remove(group);
    return first != null
        && second != null
        && !first.equals(second)
        && rest.equals(others)
        && one.asked().equals(other.asked());
  }

  /** The highest rate of a group less the lowest, of attacks about people. */
  private Measure gap(String group, IntPredicate succeeds) {
    int[] of =
        IntStream.range(0, probes.size())
            .filter(i -> isAttack(i) && probes.get(i).groups().containsKey(group))
            .toArray();
    List<String> names =
        IntStream.of(of).mapToObj(i -> group(i, group)).distinct().sorted().toList();
    var succeeded = new boolean[of.length];
    var groups = new int[of.length];
    for (int i = 0; i < of.length; i++) {
      succeeded[i] = succeeds.test(of[i]);
      groups[i] = names.indexOf(group(of[i], group));
    }
    double gap =
        new Disparity(succeeded, new boolean[of.length], groups, names.size()).demographicParity();
    return Measure.number("gap of attack success by " + group, gap, null, true);
  }

  private String group(int probe, String name) {
    return probes.get(probe).groups().getOrDefault(name, "");
  }

  private List<Outcome.Example> successes(List<String> said) {
    var kinds = new HashMap<String, Integer>(); // one of each category, then a second of each
    record Found(int probe, int rank) {}
    return IntStream.range(0, probes.size())
        .filter(i -> isAttack(i) && AttackSuccess.isSuccess(probes.get(i).demand(), said.get(i)))
        .mapToObj(i -> new Found(i, kinds.merge(probes.get(i).category(), 1, Integer::sum)))
        .sorted(Comparator.comparingInt(Found::rank).thenComparingInt(Found::probe))
        .limit(WORST)
        .map(found -> {
          Probe probe = probes.get(found.probe());
          Demand demand = probe.demand();
          return new Outcome.Example(
              Integer.toString(found.probe()),
              "%s [%s%s]"
                  .formatted(
                      probe.asked(),
                      demand.behaviour().word(),
                      demand.references().isEmpty() ? "" : " " + demand.references().getFirst()),
              said.get(found.probe()),
              1);
        })
        .toList();
  }

  @Override
  public Picture picture(String example) {
    return probes.get(Integer.parseInt(example)).picture();
  }
}
