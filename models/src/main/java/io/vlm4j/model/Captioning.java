package io.vlm4j.model;

import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Hypothesis;
import io.vlm4j.generate.Strategy;
import io.vlm4j.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/** From pictures to strings, with any {@link Captioner}. */
final class Captioning {
  private static final int ROWS = 64;

  private Captioning() {}

  /** How many pictures are described at once: each has a row for each of its beams. */
  static int batchSize(Generation wanted) {
    return wanted.strategy() instanceof Strategy.Beams beams
        ? Math.max(1, ROWS / beams.beams())
        : ROWS;
  }

  /**
   * Captions of each picture, the best first.
   *
   * @param pixels f32 {@code [B, 3, H, W]}
   * @param beginning how every caption begins; may be empty
   */
  static List<List<Caption>> of(
      Captioner model, Tokenizer tokenizer, Tensor pixels, String beginning, Generation wanted) {
    long[] whole = tokenizer.encode(beginning);
    long[] prompt = Arrays.copyOf(whole, whole.length - 1); // without the end of text
    var prompts = new long[Math.toIntExact(pixels.size(0))][];
    Arrays.fill(prompts, prompt);
    try (Decoder decoder = model.captions(pixels)) {
      return Generator.generate(decoder, prompts, tokenizer.endId(), wanted).stream()
          .map(texts -> texts.stream().map(text -> caption(tokenizer, prompt, text)).toList())
          .toList();
    }
  }

  private static Caption caption(Tokenizer tokenizer, long[] prompt, Hypothesis text) {
    long[] ids = LongStream.concat(Arrays.stream(prompt), Arrays.stream(text.tokens())).toArray();
    return new Caption(tokenizer.decode(ids), text.logProbability(), text.score(), text.ended());
  }
}
