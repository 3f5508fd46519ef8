package io.vlm4j.generate;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Beam search over all inputs at once, in groups.
 *
 * <p>1. The model reads the last token of every beam. 2. Group by group, the best continuations are
 * looked up: twice as many as beams, since up to half of those that matter may be ends. 3. In
 * order, an end among the first as many as beams becomes a finished text, and anything else a beam,
 * until the group has its number. 4. A group whose beams cannot come to more than the worst of its
 * finished texts is done. 5. The decoder's rows become those of the beams. At the last step, all
 * beams are texts.
 */
final class BeamSearch {
  private final Decoder decoder;
  private final Set<Long> endIds;
  private final Generation wanted;
  private final Strategy.Beams beams;
  private final int most;
  private final int size; // of a group
  private int rowsPerInput = 1;

  BeamSearch(Decoder decoder, Set<Long> endIds, Generation wanted, Strategy.Beams beams, int most) {
    this.decoder = decoder;
    this.endIds = endIds;
    this.wanted = wanted;
    this.beams = beams;
    this.most = most;
    size = beams.beams() / beams.groups();
  }

  /** A beginning; {@code row} is where the decoder has what it is continued from. */
  private record Beam(long[] tokens, double sum, int row) {
    long last() {
      return tokens[tokens.length - 1];
    }
  }

  /** The beams of one group of one input, and the texts that it has finished, the best first. */
  private final class Group {
    private List<Beam> live = List.of();
    private final List<Hypothesis> finished = new ArrayList<>();
    private boolean done;

    void finish(Beam beam, int prompt, boolean ended) {
      long[] text = Arrays.copyOfRange(beam.tokens, prompt, beam.tokens.length - (ended ? 1 : 0));
      double score = score(beam.sum, beam.tokens.length - prompt);
      finished.add(new Hypothesis(text, beam.sum, score, ended));
      finished.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
      if (finished.size() > size) {
        finished.removeLast();
      }
    }

    /** Whether no beam can still become better than what is finished. */
    boolean isDecided(int made) {
      if (live.isEmpty()) {
        return true;
      }
      // A sum only falls. Over a growing length, a score rises with a positive penalty.
      int best = beams.lengthPenalty() > 0 ? most : made + 1;
      return finished.size() == size
          && score(live.getFirst().sum, best) <= finished.getLast().score();
    }
  }

  private double score(double sum, int tokens) {
    return sum / Math.pow(tokens, beams.lengthPenalty());
  }

  List<List<Hypothesis>> run(long[][] prompts) {
    int prompt = prompts[0].length;
    var inputs = new ArrayList<List<Group>>();
    for (int i = 0; i < prompts.length; i++) {
      var groups = new ArrayList<Group>();
      for (int g = 0; g < beams.groups(); g++) {
        var group = new Group();
        group.live = List.of(new Beam(prompts[i], 0, i));
        groups.add(group);
      }
      inputs.add(groups);
    }
    long[][] next = prompts;
    for (int made = 0; !isDone(inputs); made++) {
      try (var _ = new Scope()) {
        Tensor logits = decoder.read(Generator.tokens(next));
        Tensor scores = Scores.of(logits, rows(inputs), wanted, endIds, made);
        for (List<Group> groups : inputs) {
          step(groups, scores, prompt, made + 1);
        }
        if (!isDone(inputs)) {
          next = follow(inputs);
        }
      }
    }
    return inputs.stream().map(this::results).toList();
  }

  private static boolean isDone(List<List<Group>> inputs) {
    return inputs.stream().flatMap(List::stream).allMatch(group -> group.done);
  }

  /** The tokens of the decoder's rows; of one that nobody looks at, those of another. */
  private long[][] rows(List<List<Group>> inputs) {
    List<Beam> live =
        inputs.stream().flatMap(List::stream).flatMap(group -> group.live.stream()).toList();
    var rows = new long[inputs.size() * rowsPerInput][];
    Arrays.fill(rows, live.getFirst().tokens);
    live.forEach(beam -> rows[beam.row] = beam.tokens);
    return rows;
  }

  private void step(List<Group> groups, Tensor scores, int prompt, int made) {
    Map<Long, Integer> taken = new HashMap<>();
    for (Group group : groups) {
      if (group.done) {
        continue;
      }
      advance(group, scores, taken, prompt);
      group.live.forEach(beam -> taken.merge(beam.last(), 1, Integer::sum));
      if (made == most) {
        group.live.forEach(beam -> group.finish(beam, prompt, false));
      }
      group.done = made == most || group.isDecided(made);
      if (group.done) {
        group.live = List.of();
      }
    }
  }

  /** Continues the beams of a group, which avoids what groups before it have taken. */
  private void advance(Group group, Tensor scores, Map<Long, Integer> taken, int prompt) {
    List<Beam> before = group.live;
    long[] at = before.stream().mapToLong(Beam::row).toArray();
    var sums = new float[at.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = (float) before.get(i).sum;
    }
    int vocabulary = Math.toIntExact(scores.size(1));
    try (var _ = new Scope()) {
      Tensor index = Tensors.of(at, at.length).to(scores.device(), ScalarType.Long);
      Tensor own = scores.index_select(0, index); // [k, V]
      Tensor total =
          own.add(Tensors.of(sums, sums.length, 1).to(scores.device(), ScalarType.Float));
      Tensor ranked = avoiding(total, taken).reshape(-1);
      var best = ranked.topk(Math.min(2L * size, ranked.numel()), 0, true, true);
      long[] places = Tensors.toLongs(best.get1());
      float[] gained = Tensors.toFloats(own.reshape(-1).index_select(0, best.get1()));
      var live = new ArrayList<Beam>();
      for (int rank = 0; rank < places.length && live.size() < size; rank++) {
        if (Float.isInfinite(gained[rank])) {
          continue; // forbidden
        }
        Beam parent = before.get((int) (places[rank] / vocabulary));
        long token = places[rank] % vocabulary;
        long[] tokens = Arrays.copyOf(parent.tokens, parent.tokens.length + 1);
        tokens[tokens.length - 1] = token;
        var beam = new Beam(tokens, parent.sum + gained[rank], parent.row);
        if (!endIds.contains(token)) {
          live.add(beam);
        } else if (rank < size) {
          group.finish(beam, prompt, true);
        }
      }
      live.sort(Comparator.comparingDouble(Beam::sum).reversed());
      group.live = live;
    }
  }

  private Tensor avoiding(Tensor total, Map<Long, Integer> taken) {
    if (beams.diversity() == 0 || taken.isEmpty()) {
      return total;
    }
    Tensor less = total.clone();
    taken.forEach(
        (token, times) -> less.select(1, token).sub_(new Scalar(beams.diversity() * times)));
    return less;
  }

  /**
   * Brings the decoder's rows to where the beams are; gives what each reads next, {@code [R, 1]}.
   */
  private long[][] follow(List<List<Group>> inputs) {
    int all = beams.beams();
    var parents = new long[inputs.size() * all];
    var next = new long[parents.length][];
    for (int row = 0; row < parents.length; row++) {
      Group group = inputs.get(row / all).get(row % all / size);
      int place = row % size;
      if (place < group.live.size()) {
        Beam beam = group.live.get(place);
        parents[row] = beam.row;
        next[row] = new long[] {beam.last()};
        group.live.set(place, new Beam(beam.tokens, beam.sum, row));
      } else { // a row that nobody looks at, of the same input
        parents[row] = (long) (row / all) * rowsPerInput;
        next[row] = new long[] {0};
      }
    }
    decoder.select(parents);
    rowsPerInput = all;
    return next;
  }

  /** The best texts of all groups; groups may have come to the same. */
  private List<Hypothesis> results(List<Group> groups) {
    var texts = new LinkedHashMap<List<Long>, Hypothesis>();
    groups.stream()
        .flatMap(group -> group.finished.stream())
        .sorted(Comparator.comparingDouble(Hypothesis::score).reversed())
        .forEach(text -> texts.putIfAbsent(Arrays.stream(text.tokens()).boxed().toList(), text));
    return List.copyOf(texts.values());
  }
}
