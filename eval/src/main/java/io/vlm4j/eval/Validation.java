package io.vlm4j.eval;

import io.vlm4j.data.Augmentation;
import io.vlm4j.data.Captions;
import io.vlm4j.data.Chance;
import io.vlm4j.data.Collator;
import io.vlm4j.data.Collator.Row;
import io.vlm4j.data.DialogueCollator;
import io.vlm4j.data.PairCollator;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * What is measured of any model on samples set aside.
 *
 * @param metrics by name: those of {@link Retrieval#metrics} where the model puts pictures and
 *     texts into one space, of {@link TokenizerEvaluation#metrics} where it makes codes of
 *     pictures; else {@code loss} for the sum and each loss by its own name
 * @param used number of samples that were measured on
 * @param skipped number of those that cannot be read
 * @param measured on what, in words, such as {@code 60 pictures, 30 captions}
 */
public record Validation(
    SequencedMap<String, Double> metrics, int used, int skipped, String measured) {
  private static final int BATCH = 64;

  /**
   * Measures a model.
   *
   * @throws InputException if not one sample can be read
   */
  public static Validation of(Pretrained model, List<Sample> samples) {
    if (model.model() instanceof DualEncoder) {
      var pairs = PairEvaluation.of(model, samples);
      int used = pairs.samples().size();
      return new Validation(
          pairs.retrieval().metrics(),
          used,
          pairs.skipped().count(),
          counted(used, "pictures")
              + ", "
              + counted(pairs.retrieval().candidates().size(), "captions"));
    }
    if (model.model() instanceof ImageTokenizer tokenizer) {
      var through =
          TokenizerEvaluation.of(
              tokenizer, model.preprocessing(), model.device(), samples, (_, _, _) -> {});
      int used = through.pictures();
      return new Validation(
          through.metrics(), used, through.skipped().count(), counted(used, "pictures"));
    }
    return losses(model, samples);
  }

  /** Means of batches of {@value #BATCH} samples; the same chance each time. */
  private static Validation losses(Pretrained model, List<Sample> samples) {
    Preprocessing preprocessing = model.spec().readsPictures() ? model.preprocessing() : null;
    Tokenizer tokenizer = model.spec().readsTexts() ? model.tokenizer() : null;
    Collator collator =
        model
            .spec()
            .dialogueRows(tokenizer, preprocessing)
            .<Collator>map(DialogueCollator::new)
            .orElseGet(() ->
                new PairCollator(preprocessing, Augmentation.NONE, tokenizer, Captions.PRINCIPAL));
    var skipped = new SkippedSamples();
    var sums = new LinkedHashMap<String, Double>();
    for (int from = 0; from < samples.size(); from += BATCH) {
      var some = samples.subList(from, Math.min(samples.size(), from + BATCH));
      var rows = some.stream().map(sample -> new Row(sample, Chance.of(0, 0, 0))).toList();
      double share = (double) some.size() / samples.size();
      Engine.seed(from);
      try (var _ = new Scope();
          var _ = new NoGrad();
          Batch batch = collator.collate(rows, skipped).to(model.device())) {
        model
            .model()
            .losses(batch)
            .forEach((name, loss) -> {
              double part = loss.item_double() * share;
              sums.merge("loss", part, Double::sum);
              sums.merge(name, part, Double::sum);
            });
      }
    }
    int used = samples.size() - skipped.count();
    return new Validation(sums, used, skipped.count(), counted(used, "samples"));
  }

  private static String counted(int count, String what) {
    return String.format(Locale.ROOT, "%,d %s", count, what);
  }
}
