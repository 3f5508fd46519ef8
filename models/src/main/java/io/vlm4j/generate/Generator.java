package io.vlm4j.generate;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/** Lets a {@link Decoder} write. */
public final class Generator {
  private Generator() {}

  /**
   * Continues one prompt for each of the decoder's inputs. Without beams, all rows run until the
   * last has ended, and what happens in one row depends on no other.
   *
   * @param decoder fresh; it is not closed
   * @param prompts what each row begins with, of one length, at least one token
   * @param endId the token that ends a text
   * @return for each input, the best text first; more than one only in beam search
   * @throws InputException if the prompts differ in length, or the decoder holds no more than them
   */
  public static List<List<Hypothesis>> generate(
      Decoder decoder, long[][] prompts, long endId, Generation wanted) {
    int length = prompts.length == 0 ? 0 : prompts[0].length;
    if (length == 0 || Arrays.stream(prompts).anyMatch(prompt -> prompt.length != length)) {
      throw new InputException("prompts must have one length, of at least one token");
    }
    // The last token is written and not read: it needs no place.
    int most = Math.min(wanted.maxTokens(), decoder.capacity() - length + 1);
    if (most < 1) {
      throw new InputException(
          "a prompt of %d tokens leaves no room: the model holds %d"
              .formatted(length, decoder.capacity()));
    }
    try (var _ = new NoGrad()) {
      return switch (wanted.strategy()) {
        case Strategy.Beams beams ->
            new BeamSearch(decoder, endId, wanted, beams, most).run(prompts);
        case Strategy.Sampling sampling -> {
          var streams = new ArrayList<SplittableRandom>();
          for (int row = 0; row < prompts.length; row++) {
            streams.add(new SplittableRandom(sampling.seed() + row));
          }
          yield write(
              decoder, prompts, endId, wanted, most, scores -> draw(scores, sampling, streams));
        }
        case Strategy.Greedy _ ->
            write(
                decoder,
                prompts,
                endId,
                wanted,
                most,
                scores -> scores.argmax(new LongOptional(1), false));
      };
    }
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

  private static List<List<Hypothesis>> write(
      Decoder decoder, long[][] prompts, long endId, Generation wanted, int most, Choice choice) {
    var rows = new ArrayList<Row>();
    for (long[] prompt : prompts) {
      rows.add(new Row(prompt, most));
    }
    long[][] next = prompts;
    for (int made = 0; made < most && rows.stream().anyMatch(row -> !row.ended); made++) {
      try (var _ = new Scope()) {
        Tensor logits = decoder.read(tokens(next));
        long[][] before = rows.stream().map(Row::all).toArray(long[][]::new);
        Tensor scores = Scores.of(logits, before, wanted, endId, made);
        Tensor chosen = choice.of(scores); // [R]
        float[] gained = Tensors.toFloats(scores.gather(1, chosen.unsqueeze(1)));
        long[] ids = Tensors.toLongs(chosen);
        next = new long[ids.length][];
        for (int i = 0; i < ids.length; i++) {
          rows.get(i).add(ids[i], gained[i], endId);
          next[i] = new long[] {ids[i]};
        }
      }
    }
    return rows.stream().map(row -> List.of(row.result())).toList();
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

    void add(long id, double logProbability, long endId) {
      all[length++] = id;
      if (ended) {
        return;
      }
      sum += logProbability;
      ended = id == endId;
      end = ended ? length - 1 : length;
    }

    Hypothesis result() {
      return new Hypothesis(Arrays.copyOfRange(all, prompt, end), sum, sum, ended);
    }
  }
}
