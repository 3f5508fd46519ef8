package io.vlm4j.model;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Hypothesis;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a {@link LanguageModel} does with strings: it continues them, and tells how probable they
 * are. Any number of threads may use one object; the model writes for one at a time.
 */
public final class Language {
  private static final int BATCH = 16;

  private final Pretrained bundle;
  private final LanguageModel model;
  private final Tokenizer tokenizer;

  Language(Pretrained bundle, LanguageModel model) {
    this.bundle = bundle;
    this.model = model;
    tokenizer = bundle.tokenizer();
  }

  /** Hears an answer while it is written. */
  @FunctionalInterface
  public interface Listener {
    /** Hears nothing. */
    Listener NONE = _ -> true;

    /**
     * The next piece of text, whole characters of it.
     *
     * @return whether to go on; if not, the answer ends and what was kept for it is freed
     */
    boolean heard(String text);
  }

  /** Continues a text. */
  public Answer continued(String prompt, AnswerOptions options, Listener listener) {
    return write(
            new long[][] {prompt(prompt)}, Set.of(tokenizer.endId()), options, List.of(listener))
        .getFirst();
  }

  /** Continues texts, all at once, each as it would be alone. */
  public List<Answer> continued(List<String> prompts, AnswerOptions options) {
    if (prompts.isEmpty()) {
      return List.of();
    }
    long[][] ids = prompts.stream().map(this::prompt).toArray(long[][]::new);
    List<Listener> listeners = prompts.stream().map(_ -> Listener.NONE).toList();
    return write(ids, Set.of(tokenizer.endId()), options, listeners);
  }

  /** The start of text, if the model has one, and the tokens of a text that is to be continued. */
  long[] prompt(String text) {
    long[] pieces = tokenizer.pieces(text);
    OptionalLong start = tokenizer.startId();
    if (start.isPresent() && (pieces.length == 0 || pieces[0] != start.getAsLong())) {
      var ids = new long[pieces.length + 1];
      ids[0] = start.getAsLong();
      System.arraycopy(pieces, 0, ids, 1, pieces.length);
      return ids;
    }
    return pieces;
  }

  /**
   * Continues tokens.
   *
   * @param ends tokens that end a text
   * @param listeners one for each prompt
   */
  List<Answer> write(
      long[][] prompts, Set<Long> ends, AnswerOptions options, List<Listener> listeners) {
    return write(model::texts, prompts, ends, options, listeners);
  }

  /**
   * Continues what a decoder begins with.
   *
   * @param begin makes a fresh decoder, which is closed whatever happens
   */
  List<Answer> write(
      Supplier<Decoder> begin,
      long[][] prompts,
      Set<Long> ends,
      AnswerOptions options,
      List<Listener> listeners) {
    List<Row> rows = listeners.stream().map(listener -> new Row(listener, options)).toList();
    List<List<Hypothesis>> texts =
        bundle.alone(() -> {
          try (var _ = new NoGrad();
              Decoder decoder = begin.get()) {
            return Generator.generate(
                decoder, prompts, ends, options.generation(), (row, id) -> rows.get(row).wrote(id));
          }
        });
    return IntStream.range(0, prompts.length)
        .mapToObj(i -> rows.get(i).answer(prompts[i].length, texts.get(i).getFirst()))
        .toList();
  }

  /** An answer that grows. */
  private final class Row {
    private final Listener listener;
    private final TextStream stream;
    private boolean cancelled;

    Row(Listener listener, AnswerOptions options) {
      this.listener = listener;
      stream = new TextStream(tokenizer, options.stop());
    }

    boolean wrote(long id) {
      tell(stream.add(id));
      return !stream.isStopped() && !cancelled;
    }

    private void tell(String text) {
      if (!text.isEmpty() && !cancelled) {
        cancelled = !listener.heard(text);
      }
    }

    Answer answer(int promptTokens, Hypothesis text) {
      boolean wasCancelled = cancelled;
      tell(stream.finish());
      return new Answer(
          stream.text(),
          promptTokens,
          text.tokens().length,
          wasCancelled
              ? Answer.Finish.CANCELLED
              : text.ended() || stream.isStopped() ? Answer.Finish.STOP : Answer.Finish.LENGTH);
    }
  }

  /** The logarithm of the probability of a text and its end, given its start. */
  public double logLikelihood(String text) {
    return logLikelihoods(List.of(text))[0];
  }

  /**
   * The logarithms of the probabilities of texts and their ends; those of models without a start of
   * text do not count the first token.
   *
   * @throws InputException if a text is longer than the model can read
   */
  public double[] logLikelihoods(List<String> texts) {
    var sums = new double[texts.size()];
    for (int from = 0; from < sums.length; from += BATCH) {
      var some = texts.subList(from, Math.min(sums.length, from + BATCH));
      double[] part = bundle.alone(() -> logLikelihoodsOf(some));
      System.arraycopy(part, 0, sums, from, part.length);
    }
    return sums;
  }

  private double[] logLikelihoodsOf(List<String> texts) {
    var rows = new ArrayList<long[]>();
    for (String text : texts) {
      int length = tokenizer.length(text);
      if (length > tokenizer.contextLength()) {
        throw new InputException(
            "a text of %d tokens is too long: the model reads %d"
                .formatted(length, tokenizer.contextLength()));
      }
      rows.add(tokenizer.encode(text));
    }
    int longest = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    var ids = new long[rows.size() * longest];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, ids, i * longest, rows.get(i).length);
    }
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor tokens = bundle.onDevice(Tensors.of(ids, rows.size(), longest));
      Tensor logits = model.tokenLogits(Tensors.slice(tokens, 1, 0, longest - 1));
      Tensor next = Tensors.slice(tokens, 1, 1, longest).unsqueeze(2);
      float[] logs = Tensors.toFloats(logits.to(ScalarType.Float).log_softmax(2).gather(2, next));
      return IntStream.range(0, rows.size())
          .mapToDouble(i -> {
            int begin = i * (longest - 1);
            return IntStream.range(begin, begin + rows.get(i).length - 1)
                .mapToDouble(at -> logs[at])
                .sum();
          })
          .toArray();
    }
  }
}
