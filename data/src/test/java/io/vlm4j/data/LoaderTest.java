package io.vlm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Pictures;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
  private static final Picture PLAIN = Picture.drawn("plain", () -> Pictures.plain(2, 2, 0));
  private static final int BATCH = 4;
  private static final int STEPS = 10;
  private static final int SIZE = 8;
  private static final Augmentation WILD =
      new Augmentation(0.5, 0.5, 20, 0.8, 1.2, 0.1, 0.1, 0.1, 0.3, 0.3, 0.2, 0.1, 0.2, 0.5);

  private final Tokenizer tokenizer =
      Tokenizer.of(BytePairs.learn(List.of("a picture of something"), 520), 12);

  @AfterEach
  void close() {
    tokenizer.close();
  }

  /** What a batch holds, in plain Java. */
  private record Content(List<Float> pixels, List<Long> tokens) {
    static Content of(Batch batch) {
      var pixels = new ArrayList<Float>();
      for (float value : Tensors.toFloats(batch.get(Batch.PIXELS))) {
        pixels.add(value);
      }
      var tokens = new ArrayList<Long>();
      for (long value : Tensors.toLongs(batch.get(Batch.TOKENS))) {
        tokens.add(value);
      }
      return new Content(pixels, tokens);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void theNumberOfThreadsDoesNotChangeABit(int threads) {
    assertThat(contents(threads, 0)).isEqualTo(contents(1, 0));
  }

  @Test
  void aLoaderThatBeginsLaterGivesTheSameBatches() {
    assertThat(contents(2, 6)).isEqualTo(contents(2, 0).subList(6, STEPS));
  }

  @Test
  void badSamplesAreSkippedAndCountedWithTheirCause() {
    List<Sample> samples = samples(i -> i == 1);
    try (var loader = loader(samples, samples.size(), collator(), 2, 5)) {
      for (int step = 0; step < 5; step++) {
        try (Batch batch = loader.next()) {
          assertThat(batch.get(Batch.PIXELS).shape()).containsExactly(11, 3, SIZE, SIZE);
          assertThat(batch.get(Batch.TOKENS).shape()).containsExactly(11, 12);
        }
      }
      assertThat(loader.skipped().count()).isEqualTo(1);
      assertThat(loader.skipped().causes())
          .containsExactly(entry("sample 1", "sample 1 is damaged"));
    }
  }

  @Test
  void aBatchOfBadSamplesIsOneClearError() {
    try (var loader = loader(samples(_ -> true), BATCH, collator(), 2, STEPS)) {
      assertThatThrownBy(loader::next)
          .isInstanceOf(InputException.class)
          .hasMessageMatching(
              "not one of the batch's 4 samples can be used; the first: sample \\d+ is damaged");
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class})
  void whatAWorkerThrowsReachesTheCaller(Class<? extends Throwable> type) {
    Throwable thrown =
        type == OutOfMemoryError.class ? new OutOfMemoryError("heap") : new IllegalStateException();
    Collator failing =
        (_, _) -> {
          if (thrown instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) thrown;
        };

    try (var loader = loader(samples(_ -> false), BATCH, failing, 1, STEPS)) {
      assertThatThrownBy(loader::next).isSameAs(thrown);
    }
  }

  @Test
  void closingFreesTheBatchesThatWait() {
    Queue<Batch> made = new ConcurrentLinkedQueue<>();
    Collator collator = collator();
    Collator remembering =
        (rows, skipped) -> {
          Batch batch = collator.collate(rows, skipped);
          made.add(batch);
          return batch;
        };

    Batch taken;
    try (var loader = loader(samples(_ -> false), BATCH, remembering, 2, STEPS)) {
      taken = loader.next();
    }

    assertThat(taken.tensors()).isNotEmpty();
    taken.close();
    assertThat(made).hasSize(4).allSatisfy(batch -> assertThat(batch.tensors()).isEmpty());
  }

  @Test
  void noMoreBatchesArePreparedThanAskedFor() {
    Queue<Integer> rows = new ConcurrentLinkedQueue<>();
    Collator counting =
        (batch, _) -> {
          rows.add(batch.size());
          return new Batch();
        };

    try (var loader = loader(samples(_ -> false), BATCH, counting, 4, 2)) {
      loader.next().close();
      loader.next().close();
    }

    assertThat(rows).containsExactly(BATCH, BATCH);
  }

  @Test
  void thePrincipalTextIsTakenAsOftenAsAskedFor() {
    var sample = Sample.pair("s", "s", PLAIN, List.of("picture", "of", "something"), Map.of());
    var always =
        new PairCollator(
            Preprocessing.clip(SIZE), Augmentation.NONE, tokenizer, Captions.PRINCIPAL);
    var never =
        new PairCollator(
            Preprocessing.clip(SIZE), Augmentation.NONE, tokenizer, new Captions(0, 0, 0));
    for (int step = 0; step < 20; step++) {
      var row = List.of(new Collator.Row(sample, Chance.of(7, step, 0)));
      try (Batch principal = always.collate(row, new SkippedSamples());
          Batch other = never.collate(row, new SkippedSamples())) {
        long[] expected = tokenizer.encode("picture");
        assertThat(Tensors.toLongs(principal.get(Batch.TOKENS))).startsWith(expected);
        assertThat(Tensors.toLongs(other.get(Batch.TOKENS))[1]).isNotEqualTo(expected[1]);
      }
    }
  }

  @Test
  void wordsButOneAreMadeUnknownAsOftenAsAskedFor() {
    var sample = Sample.pair("s", "s", PLAIN, List.of("ab cd ef"), Map.of());
    var half =
        new PairCollator(
            Preprocessing.clip(SIZE), Augmentation.NONE, tokenizer, new Captions(1, 0.5, 0));
    Map<List<Long>, String> possible = new HashMap<>();
    for (String first : List.of("ab", "ba")) {
      for (String second : List.of("cd", "dc")) {
        for (String third : List.of("ef", "fe")) {
          String text = first + " " + second + " " + third;
          possible.put(ids(tokenizer.encode(List.of(text))), text);
        }
      }
    }
    int changed = 0;
    int rows = 600;
    for (int step = 0; step < rows; step++) {
      var row = List.of(new Collator.Row(sample, Chance.of(7, step, 0)));
      try (Batch batch = half.collate(row, new SkippedSamples())) {
        String text = possible.get(ids(batch.get(Batch.TOKENS)));
        assertThat(text).isNotNull().isNotEqualTo("ba dc fe");
        changed += (int) Stream.of("ba", "dc", "fe").filter(text::contains).count();
      }
    }
    // Two of three words may change; half of them are shuffled, of which half stay as they are.
    assertThat(changed / (double) rows).isCloseTo(2 * 0.5 * 0.5, within(0.08));
  }

  @Test
  void whatAModelDoesNotReadIsLeftOut() {
    var texts =
        List.of(
            new Collator.Row(
                new Sample("t", "t", List.of(new Part.Text("words")), new LinkedHashMap<>()),
                Chance.of(7, 0, 0)));
    var picture = Sample.pair("p", "p", PLAIN, List.of(), Map.of());
    var pictures = List.of(new Collator.Row(picture, Chance.of(7, 0, 0)));
    var reader = new PairCollator(null, Augmentation.NONE, tokenizer, Captions.PRINCIPAL);
    var viewer =
        new PairCollator(Preprocessing.clip(SIZE), Augmentation.NONE, null, Captions.PRINCIPAL);

    try (Batch read = reader.collate(texts, new SkippedSamples());
        Batch seen = viewer.collate(pictures, new SkippedSamples())) {
      assertThat(read.tensors()).containsOnlyKeys(Batch.TOKENS);
      assertThat(seen.tensors()).containsOnlyKeys(Batch.PIXELS);
    }
  }

  private static List<Long> ids(Tensor tokens) {
    try (var _ = new Scope()) {
      return Arrays.stream(Tensors.toLongs(tokens)).boxed().toList();
    }
  }

  private List<Content> contents(int threads, long firstStep) {
    List<Sample> samples = samples(_ -> false);
    var order = new BatchOrder(samples, BATCH, 42);
    var contents = new ArrayList<Content>();
    try (var loader = new Loader(order, collator(), threads, firstStep, STEPS)) {
      for (long step = firstStep; step < STEPS; step++) {
        try (Batch batch = loader.next()) {
          contents.add(Content.of(batch));
        }
      }
    }
    return contents;
  }

  private Collator collator() {
    return new PairCollator(Preprocessing.clip(SIZE), WILD, tokenizer, new Captions(0.5, 0.2, 0.1));
  }

  private static Loader loader(
      List<Sample> samples, int batchSize, Collator collator, int threads, long steps) {
    return new Loader(new BatchOrder(samples, batchSize, 42), collator, threads, 0, steps);
  }

  private static List<Sample> samples(IntPredicate damaged) {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 12; i++) {
      int number = i;
      String key = "sample " + number;
      samples.add(
          Sample.pair(
              key,
              key,
              Picture.drawn(
                  key,
                  () -> {
                    if (damaged.test(number)) {
                      throw new InputException(key + " is damaged");
                    }
                    return Pictures.withOpacity(Pictures.noise(10, 14, number), 20 * number);
                  }),
              List.of("picture " + number, "something"),
              Map.of()));
    }
    return samples;
  }
}
