package io.vlm4j.model.generative;

import static io.vlm4j.model.generative.TinyChameleons.BEGIN_PICTURE;
import static io.vlm4j.model.generative.TinyChameleons.EACH;
import static io.vlm4j.model.generative.TinyChameleons.END;
import static io.vlm4j.model.generative.TinyChameleons.END_PICTURE;
import static io.vlm4j.model.generative.TinyChameleons.START;
import static io.vlm4j.model.generative.TinyChameleons.WORDS;
import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Strategy;
import io.vlm4j.objective.NextTokenLoss;
import io.vlm4j.objective.TokenLosses;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChameleonTest {
  @ParameterizedTest
  @ValueSource(strings = {"BEFORE", "BEHIND"})
  void logitsWithEitherOrderOfNormsEqualThoseOfPlainLoops(String norms) {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, norms);
        var _ = new Scope();
        var _ = new NoGrad()) {
      long[] ids = random.longs(12, 0, END_PICTURE + 1).toArray();
      float[][] ours = Tensors.toRows(model.tokenLogits(Tensors.of(ids, 1, 12)).select(0, 0));
      double[][] byHand = new ChameleonByHand(model).logits(ids);
      for (int t = 0; t < ids.length; t++) {
        for (int v = 0; v < byHand[t].length; v++) {
          assertThat((double) ours[t][v]).isCloseTo(byHand[t][v], within(2e-5));
        }
      }
    }
  }

  @Test
  void normsBehindGoWithoutDropout() {
    assertRefused(
        () -> {
          var config = (ChameleonConfig) TinyChameleons.spec("BEHIND", OBJECTIVE).config();
          var _ =
              new ChameleonConfig(
                  config.text(),
                  config.image(),
                  config.decoder(),
                  config.norms(),
                  0.1,
                  config.objective());
        },
        "norms",
        "dropout");
  }

  private static final String OBJECTIVE =
      "{pictureFirst: 0.5, zWeight: 1e-5, answersOnly: false, balanced: false}";

  @Test
  void aConstantAddedToAllLogitsChangesTheZLossAlone() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope()) {
      Tensor logits = Tensors.of(Randomness.normal(random, 3 * 4 * 7), 3, 4, 7);
      Tensor targets = Tensors.of(random.longs(12, 0, 7).toArray(), 3, 4);
      TokenLosses before = TokenLosses.of(logits, targets, Batch.IGNORED);
      TokenLosses after = TokenLosses.of(logits.add(new Scalar(2.5f)), targets, Batch.IGNORED);
      assertThat(after.mean().item_double()).isCloseTo(before.mean().item_double(), within(1e-5));
      double mean = before.logZ().mean().item_double();
      assertThat(after.squaredLogZ().item_double() - before.squaredLogZ().item_double())
          .isCloseTo(2 * 2.5 * mean + 2.5 * 2.5, within(1e-3));
      assertThat(before.mean().item_double())
          .isCloseTo(
              NextTokenLoss.of(logits, rows -> rows, targets, Batch.IGNORED).item_double(),
              within(1e-5));
    }
  }

  @Test
  void theGradientOfTheZLossDrivesLogZToZero() {
    Random random = Randomness.ofTest();
    try (var _ = new Scope()) {
      Tensor logits = Tensors.of(Randomness.normal(random, 2 * 3 * 5), 2, 3, 5);
      logits.set_requires_grad(true);
      Tensor targets = Tensors.of(new long[] {0, 1, 2, 3, 4, Batch.IGNORED}, 2, 3);
      for (int step = 0; step < 300; step++) {
        TokenLosses.of(logits, targets, Batch.IGNORED).squaredLogZ().backward();
        try (var _ = new NoGrad()) {
          logits.sub_(logits.grad());
          logits.grad().zero_();
        }
      }
      float[] logZ = Tensors.toFloats(TokenLosses.of(logits, targets, Batch.IGNORED).logZ());
      for (int i = 0; i < 5; i++) {
        assertThat((double) logZ[i]).isCloseTo(0, within(1e-3));
      }
      assertThat(Math.abs(logZ[5])).isGreaterThan(0.1f); // it does not count
    }
  }

  @ParameterizedTest
  @CsvSource({"BEFORE, false, false", "BEHIND, true, false", "BEFORE, true, true"})
  void gradientsReachEveryParameterButTheImageTokenizers(
      String norms, boolean answersOnly, boolean balanced) {
    Random random = Randomness.ofTest();
    String objective =
        "{pictureFirst: 0.5, zWeight: 0.05, answersOnly: %s, balanced: %s}"
            .formatted(answersOnly, balanced);
    try (var model = TinyChameleons.random(random, TinyChameleons.spec(norms, objective));
        var _ = new Scope();
        var batch = new Batch()) {
      batch.put(Batch.PIXELS, TinyChameleons.pixels(random, 4));
      batch.put(
          Batch.TOKENS,
          TinyChameleons.texts(
              new long[] {5, 6, 7}, new long[] {5}, new long[] {9, 1}, new long[] {3, 2, 8, 11}));
      assertThat(model.parameters().keySet()).allMatch(name -> name.startsWith("decoder."));
      assertThat(model.weights().keySet()).anyMatch(name -> name.startsWith("imageTokenizer."));
      Supplier<Tensor> losses =
          () -> {
            Engine.seed(3); // the same pictures come first
            var each = model.losses(batch).values().stream().map(l -> l.reshape(1)).toList();
            return torch.cat(new TensorVector(each.toArray(Tensor[]::new)), 0);
          };
      Gradients.checkSteep(random, model.parameters(), 0.05, losses);
    }
  }

  @Test
  void aPairIsARowWithThePictureBehindTheStartOrBeforeTheEnd() {
    try (var _ = new Scope()) {
      Tensor texts = TinyChameleons.texts(new long[] {5, 6}, new long[] {7, 8, 9});
      Tensor pictures = Tensors.of(new long[] {28, 21, 22, 29, 28, 23, 24, 29}, 2, 4);
      Tensor first = Tensors.of(new long[] {1, 0}, 2).eq(new Scalar(1L));
      MixedRows rows = MixedRows.of(texts, null, pictures, first, END, false).trimmed();
      assertThat(Tensors.toLongs(rows.ids()))
          .containsExactly(
              START, 28, 21, 22, 29, 5, 6, END, END, //
              START, 7, 8, 9, 28, 23, 24, 29, END);
      assertThat(Tensors.toLongs(rows.labels()))
          .containsExactly(
              START, 28, 21, 22, 29, 5, 6, END, -100, //
              START, 7, 8, 9, 28, 23, 24, 29, END);
      MixedRows answers = MixedRows.of(texts, null, pictures, first, END, true).trimmed();
      assertThat(Tensors.toLongs(answers.labels()))
          .containsExactly(
              START, -100, -100, -100, -100, 5, 6, END, -100, //
              -100, -100, -100, -100, 28, 23, 24, 29, END);
      assertThat(Tensors.toLongs(answers.ids())).isEqualTo(Tensors.toLongs(rows.ids()));
    }
  }

  @Test
  void inABalancedBatchOrdersAreShared_AndCodesCountAsMuchAsWords() {
    Random random = Randomness.ofTest();
    String balanced = "{pictureFirst: 0.5, zWeight: 0, answersOnly: true, balanced: true}";
    try (var model = TinyChameleons.random(random, TinyChameleons.spec("BEFORE", balanced));
        var _ = new Scope();
        var _ = new NoGrad();
        var batch = new Batch()) {
      Tensor pixels = TinyChameleons.pixels(random, 2);
      Tensor texts = TinyChameleons.texts(new long[] {5, 6, 7}, new long[] {5, 6, 7});
      Tensor same = pixels.select(0, 0).unsqueeze(0).expand(2, 3, 8, 8).contiguous();
      batch.put(Batch.PIXELS, same).put(Batch.TOKENS, texts);
      Tensor one = Tensors.slice(same, 0, 0, 1);
      Tensor text = Tensors.slice(texts, 0, 0, 1);
      long[] block = Tensors.toLongs(model.pictureTokens(one));
      // Words and the end behind the picture; the picture's begin, codes, end, and the text's end.
      double[] first = logs(model, row(new long[] {START}, block, new long[] {5, 6, 7, END}));
      double[] second = logs(model, row(new long[] {START, 5, 6, 7}, block, new long[] {END}));
      double words = sum(first, EACH + 2, EACH + 6) + second[3] + second[8] + second[9];
      double codes = sum(second, 4, 8);
      assertThat(model.losses(batch).get("next_token_loss").item_double())
          .isCloseTo(-(words / 7 + codes / 4) / 2, within(1e-4));
      assertThat(model.textLogLikelihood(one, text).item_double())
          .isCloseTo(sum(first, EACH + 2, EACH + 6), within(1e-4));
      assertThat(model.imageLogLikelihoods(one, text).item_double()).isCloseTo(codes, within(1e-4));
    }
  }

  private static long[] row(long[]... parts) {
    return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
  }

  private static double sum(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).sum();
  }

  /** The log-probability of each token after the first. */
  private static double[] logs(Chameleon model, long[] ids) {
    double[][] logits = new ChameleonByHand(model).logits(ids);
    var logs = new double[ids.length - 1];
    for (int t = 0; t < logs.length; t++) {
      double z = Arrays.stream(logits[t]).map(Math::exp).sum();
      logs[t] = logits[t][(int) ids[t + 1]] - Math.log(z);
    }
    return logs;
  }

  @Test
  void likelihoodsOfAllPicturesAndTextsAreThoseOfEachPair() {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEFORE");
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor pixels = TinyChameleons.pixels(random, 3);
      Tensor texts = TinyChameleons.texts(new long[] {5, 6, 7, 4}, new long[] {9});
      float[] all = Tensors.toFloats(model.imageLogLikelihoods(pixels, texts));
      for (int i = 0; i < 3; i++) {
        for (int c = 0; c < 2; c++) {
          Tensor one =
              model.imageLogLikelihoods(
                  Tensors.slice(pixels, 0, i, i + 1), Tensors.slice(texts, 0, c, c + 1));
          assertThat(all[2 * i + c]).isCloseTo(one.item_float(), within(1e-4f));
        }
      }
    }
  }

  @Test
  void labelsOfABatchAreThoseOfAnAnswerToThePicture() {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEHIND");
        var _ = new Scope();
        var _ = new NoGrad();
        var batch = new Batch()) {
      Tensor pixels = TinyChameleons.pixels(random, 1);
      Tensor texts = TinyChameleons.texts(new long[] {5, 6, 7});
      Tensor labels = texts.clone();
      Tensors.slice(labels, 1, 0, 3).fill_(new Scalar(Batch.IGNORED)); // a question
      Tensors.slice(labels, 1, 5, 8).fill_(new Scalar(Batch.IGNORED)); // padding
      batch.put(Batch.PIXELS, pixels).put(Batch.TOKENS, texts).put(Batch.LABELS, labels);
      long[] block = Tensors.toLongs(model.pictureTokens(pixels));
      double[] logs = logs(model, row(new long[] {START}, block, new long[] {5, 6, 7, END}));
      assertThat(model.losses(batch).get("next_token_loss").item_double())
          .isCloseTo(-sum(logs, EACH + 4, EACH + 6) / 2, within(1e-4));
    }
  }

  @Test
  void aBatchWithoutPicturesIsOneOfTexts() {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEFORE");
        var _ = new Scope();
        var _ = new NoGrad();
        var batch = new Batch()) {
      batch.put(Batch.TOKENS, TinyChameleons.texts(new long[] {5, 6, 7}));
      double[] logs = logs(model, new long[] {START, 5, 6, 7, END});
      assertThat(model.losses(batch).get("next_token_loss").item_double())
          .isCloseTo(-sum(logs, 0, 4) / 4, within(1e-4));
    }
  }

  @Test
  void theImageTokenizerSeesValuesFromZeroToOne() {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEFORE");
        var tokenizer = ((Chameleon) TinyChameleons.spec("BEFORE", OBJECTIVE).create());
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor unit = torch.rand(5, 3, 8, 8);
      Tensor given = unit.sub(new Scalar(0.5f)).div(new Scalar(0.5f));
      long[] tokens = Tensors.toLongs(model.pictureTokens(given));
      Tensor inner = Tensors.slice(Tensors.of(tokens, 5, EACH + 2), 1, 1, EACH + 1);
      assertThat(tokens[0]).isEqualTo(BEGIN_PICTURE);
      assertThat(tokens[EACH + 1]).isEqualTo(END_PICTURE);
      requireCodes(Tensors.toLongs(inner));
      Tensor drawn = model.picturesOf(inner);
      assertThat(drawn.shape()).containsExactly(5, 3, 8, 8);
      assertThat(drawn.min().item_float()).isBetween(0f, 1f);
      tokenizer.load(model.state(), "test");
      assertThat(distance(tokenizer.picturesOf(inner), drawn)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void writtenPicturesAreWholeAndNowhereElseIsACode(long seed) {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEFORE");
        var _ = new Scope()) {
      var wanted = new Generation(0, 60, 1, new Strategy.Sampling(3, 0, 1, 20 * seed));
      var prompts = new long[16][];
      Arrays.fill(prompts, new long[] {START});
      int pictures = 0;
      try (Decoder decoder = model.interleaved()) {
        for (var texts : Generator.generate(decoder, prompts, END, wanted)) {
          long[] ids = texts.getFirst().tokens();
          pictures += requireWholePictures(ids, texts.getFirst().ended());
          List<MixedPart> parts = model.parts(ids);
          assertThat(parts.stream().filter(MixedPart.Picture.class::isInstance))
              .allMatch(part -> part.tokens().length == EACH);
          assertThat(parts.stream().mapToInt(part -> part.tokens().length).sum())
              .isEqualTo(ids.length - 2 * count(ids));
        }
      }
      assertThat(pictures).isPositive();
      try (Decoder decoder = model.texts()) {
        for (var texts : Generator.generate(decoder, prompts, END, wanted)) {
          assertThat(Arrays.stream(texts.getFirst().tokens())).allMatch(id -> id < WORDS);
        }
      }
    }
  }

  private static void requireCodes(long[] ids) {
    assertThat(Arrays.stream(ids)).allMatch(id -> id >= WORDS && id < BEGIN_PICTURE);
  }

  private static int count(long[] ids) {
    return (int) Arrays.stream(ids).filter(id -> id == BEGIN_PICTURE).count();
  }

  private static int requireWholePictures(long[] ids, boolean ended) {
    int pictures = 0;
    for (int at = 0; at < ids.length; at++) {
      if (ids[at] == BEGIN_PICTURE) {
        assertThat(at + EACH + 1).as("room for a whole picture").isLessThan(ids.length);
        long[] codes = Arrays.copyOfRange(ids, at + 1, at + 1 + EACH);
        requireCodes(codes);
        assertThat(ids[at + EACH + 1]).isEqualTo(END_PICTURE);
        at += EACH + 1;
        pictures++;
      } else {
        assertThat(ids[at]).isLessThan(WORDS);
      }
    }
    return pictures;
  }

  @Test
  void captionsReadThePictureFirstAndKeepWhatTheyHaveComputed() {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEFORE");
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor pixels = TinyChameleons.pixels(random, 2);
      Tensor block = model.pictureTokens(pixels);
      long[] words = {START, 5, 9};
      Tensor prompts = Tensors.of(row(words, words), 2, 3);
      Tensor whole =
          torch.cat(
              new TensorVector(
                  Tensors.slice(prompts, 1, 0, 1), block, Tensors.slice(prompts, 1, 1, 3)),
              1);
      Tensor expected = model.tokenLogits(whole);
      try (Decoder decoder = model.captions(pixels)) {
        Tensor after2 = decoder.read(Tensors.slice(prompts, 1, 0, 2));
        assertThat(distance(words(after2), words(expected.select(1, EACH + 3)))).isLessThan(2e-5);
        assertThat(Tensors.slice(after2, 1, WORDS, END_PICTURE + 1L).max().item_float())
            .isEqualTo(Float.NEGATIVE_INFINITY);
        Tensor after3 = decoder.read(Tensors.slice(prompts, 1, 2, 3));
        assertThat(distance(words(after3), words(expected.select(1, EACH + 4)))).isLessThan(2e-5);
        decoder.select(new long[] {0, 0, 1, 1});
      }
    }
  }

  private static Tensor words(Tensor logits) {
    return Tensors.slice(logits, 1, 0, WORDS).contiguous();
  }

  @Test
  void aDrawnPictureIsThatOfTheMostProbableCodes() {
    Random random = Randomness.ofTest();
    try (var model = TinyChameleons.random(random, "BEHIND");
        var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor texts = TinyChameleons.texts(new long[] {5, 6, 7}, new long[] {9}); // two lengths
      Tensor drawn = model.draw(texts, Strategy.GREEDY);
      assertThat(drawn.shape()).containsExactly(2, 3, 8, 8);
      var codes = new long[EACH];
      long[] ids = {START, 9, BEGIN_PICTURE};
      for (int i = 0; i < EACH; i++) {
        double[] logits = new ChameleonByHand(model).logits(ids)[ids.length - 1];
        int best = WORDS;
        for (int id = WORDS; id < BEGIN_PICTURE; id++) {
          best = logits[id] > logits[best] ? id : best;
        }
        codes[i] = best;
        ids = row(ids, new long[] {best});
      }
      Tensor expected = model.picturesOf(Tensors.of(codes, 1, EACH)).select(0, 0);
      assertThat(distance(drawn.select(0, 1), expected)).isLessThan(1e-5);
      var sampling = new Strategy.Sampling(1, 0, 1, 4);
      assertThat(distance(model.draw(texts, sampling), model.draw(texts, sampling))).isZero();
      assertRefused(() -> model.draw(texts, new Strategy.Beams(2, 1)), "beams");
    }
  }
}
