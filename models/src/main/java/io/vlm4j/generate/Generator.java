package io.vlm4j.generate;

import io.vlm4j.io.InputException;
import io.vlm4j.nn.PackedMatrices;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/** Lets a {@link Decoder} write. */
public final class Generator {
  private Generator() {}

  /** The same for texts with one end, which nobody watches. */
  public static List<List<Hypothesis>> generate(
      Decoder decoder, long[][] prompts, long endId, Generation wanted) {
    return generate(decoder, prompts, Set.of(endId), wanted, Watcher.NONE);
  }

  /**
   * Continues one prompt for each of the decoder's inputs. Without beams, all rows run until the
   * last has ended, and what happens in one row depends on no other.
   *
   * @param decoder fresh; it is not closed
   * @param prompts what each row begins with, at least one token; of one length, unless the decoder
   *     knows padding
   * @param endIds the tokens that end a text
   * @param watcher sees each token as it is written; not those of beams
   * @return for each input, the best text first; more than one only in beam search
   * @throws InputException if a prompt is empty, if they differ in length and may not, or if the
   *     decoder holds no more than them
   */
  public static List<List<Hypothesis>> generate(
      Decoder decoder, long[][] prompts, Set<Long> endIds, Generation wanted, Watcher watcher) {
    int length = Arrays.stream(prompts).mapToInt(prompt -> prompt.length).max().orElse(0);
    if (Arrays.stream(prompts).anyMatch(prompt -> prompt.length == 0) || length == 0) {
      throw new InputException("a prompt must have at least one token");
    }
    // The last token is written and not read: it needs no place.
    int most = Math.min(wanted.maxTokens(), decoder.capacity() - length + 1);
    if (most < 1) {
      throw new InputException(
          "a prompt of %d tokens leaves no room: the model holds %d"
              .formatted(length, decoder.capacity()));
    }
    decoder.pad(Arrays.stream(prompts).mapToLong(prompt -> length - prompt.length).toArray());
    long[][] padded =
        Arrays.stream(prompts).map(prompt -> padded(prompt, length)).toArray(long[][]::new);
    try (var _ = new NoGrad();
        var _ = new PackedMatrices(prompts.length * beams(wanted.strategy()))) {
      return switch (wanted.strategy()) {
        case Strategy.Beams beams ->
            new BeamSearch(decoder, endIds, wanted, beams, most).run(padded);
        case Strategy.Sampling sampling -> {
          var streams = new ArrayList<SplittableRandom>();
          for (int row = 0; row < prompts.length; row++) {
            streams.add(new SplittableRandom(sampling.seed() + row));
          }
          yield new Writing(decoder, endIds, wanted, watcher)
              .run(padded, most, scores -> draw(scores, sampling, streams));
        }
        case Strategy.Greedy _ ->
            new Writing(decoder, endIds, wanted, watcher)
                .run(padded, most, scores -> scores.argmax(new LongOptional(1), false));
      };
    }
  }

  private static int beams(Strategy strategy) {
    return strategy instanceof Strategy.Beams several ? several.beams() : 1;
  }

  /** Filled in front with the prompt's own first token, which penalties know already. */
  private static long[] padded(long[] prompt, int length) {
    var row = new long[length];
    Arrays.fill(row, prompt[0]);
    System.arraycopy(prompt, 0, row, length - prompt.length, prompt.length);
    return row;
  }

  /** Chooses a token for each row of log-probabilities {@code [R, V]}: i64 {@code [R]}. */
  private interface Choice {
    Tensor of(Tensor scores);
  }

  private static Tensor draw(
      Tensor scores, Strategy.Sampling sampling, List<SplittableRandom> streams) {
    var at = new float[streams.size()];
    for (int row = 0; row < at.length; row++) {
      at[row] = (float) streams.get(row).nextDouble();
    }
    return Shortlist.of(scores, sampling).draw(at);
  }

  /** All rows at once, one token each time. */
  private record Writing(Decoder decoder, Set<Long> endIds, Generation wanted, Watcher watcher) {
    List<List<Hypothesis>> run(long[][] prompts, int most, Choice choice) {
      var rows = new ArrayList<Row>();
      for (long[] prompt : prompts) {
        rows.add(new Row(prompt, most));
      }
      long[][] next = prompts;
      for (int made = 0; made < most && rows.stream().anyMatch(row -> !row.ended); made++) {
        try (var _ = new Scope()) {
          Tensor logits = decoder.read(tokens(next));
          long[][] before = rows.stream().map(Row::all).toArray(long[][]::new);
          Tensor scores = Scores.of(logits, before, wanted, endIds, made);
          Tensor chosen = choice.of(scores); // [R]
          float[] gained = Tensors.toFloats(scores.gather(1, chosen.unsqueeze(1)));
          long[] ids = Tensors.toLongs(chosen);
          next = new long[ids.length][];
          for (int i = 0; i < ids.length; i++) {
            boolean isText = !rows.get(i).ended && !endIds.contains(ids[i]);
            rows.get(i).add(ids[i], gained[i], endIds.contains(ids[i]));
            if (isText && !watcher.wrote(i, ids[i])) {
              rows.get(i).ended = true;
            }
            next[i] = new long[] {ids[i]};
          }
        }
      }
      return rows.stream().map(row -> List.of(row.result())).toList();
    }
  }

  /** Rows of one length: i64 {@code [R, L]}. */
  static Tensor tokens(long[][] rows) {
    return Tensors.of(
        Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray(), rows.length, rows[0].length);
  }

  /** A text that grows; after its end, what the decoder still reads does not count. */
  private static final class Row {
    private final long[] all;
    private final int prompt;
    private int length;
    private int end;
    private boolean ended;
    private double sum;

    Row(long[] prompt, int most) {
      all = Arrays.copyOf(prompt, prompt.length + most);
      this.prompt = prompt.length;
      length = prompt.length;
    }

    long[] all() {
      return Arrays.copyOf(all, length);
    }

    void add(long id, double logProbability, boolean isEnd) {
      all[length++] = id;
      if (ended) {
        return;
      }
      sum += logProbability;
      ended = isEnd;
      end = ended ? length - 1 : length;
    }

    Hypothesis result() {
      return new Hypothesis(Arrays.copyOfRange(all, prompt, end), sum, sum, ended);
    }
  }
}
