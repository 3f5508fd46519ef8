package io.vlm4j.eval;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * What is left of pictures that go through a tokenizer.
 *
 * @param pictures how many could be read
 * @param l1 mean absolute difference of values from 0 to 1
 * @param meanSquare mean of their squared differences
 * @param counts how often each code was chosen
 * @param skipped those that could not be read
 */
public record TokenizerEvaluation(
    int pictures, double l1, double meanSquare, long[] counts, SkippedSamples skipped) {
  private static final int BATCH = 32;

  /** What a picture becomes. */
  public interface Witness {
    /** Is told of each picture as the tokenizer saw it, and what it made of its codes. */
    void see(Sample sample, Pixels original, Pixels made);
  }

  /**
   * Encodes and decodes pictures; transparent ones stand on white.
   *
   * @throws InputException if not one can be read
   */
  public static TokenizerEvaluation of(
      ImageTokenizer tokenizer,
      Preprocessing preprocessing,
      Device device,
      List<Sample> samples,
      Witness witness) {
    var skipped = new SkippedSamples();
    var counts = new long[tokenizer.codebookSize()];
    int pictures = 0;
    double absolute = 0;
    double square = 0;
    for (int from = 0; from < samples.size(); from += BATCH) {
      var squares = new ArrayList<Pixels>();
      var used = new ArrayList<Sample>();
      for (Sample sample : samples.subList(from, Math.min(samples.size(), from + BATCH))) {
        try {
          squares.add(preprocessing.square(sample.picture().pixels().over(255, 255, 255)));
          used.add(sample);
        } catch (InputException e) {
          skipped.add(sample, e);
        }
      }
      if (used.isEmpty()) {
        continue;
      }
      try (var _ = new Scope()) {
        Tensor given = preprocessing.toTensor(squares);
        Tensor codes =
            tokenizer.encode(device.is_cpu() ? given : given.to(device, given.scalar_type()));
        for (long code : Tensors.toLongs(codes)) {
          counts[Math.toIntExact(code)]++;
        }
        Tensor made = tokenizer.decode(codes).cpu();
        Tensor difference = made.sub(given);
        absolute += difference.abs().mean().item_double() * used.size();
        square += difference.square().mean().item_double() * used.size();
        List<Pixels> shown = Pixels.ofUnit(made);
        for (int i = 0; i < used.size(); i++) {
          witness.see(used.get(i), squares.get(i), shown.get(i));
        }
      }
      pictures += used.size();
    }
    if (pictures == 0) {
      throw new InputException("not one of " + samples.size() + " pictures can be read");
    }
    return new TokenizerEvaluation(
        pictures, absolute / pictures, square / pictures, counts, skipped);
  }

  /** Decibels of the peak over the root of the mean squared difference of all pictures. */
  public double psnr() {
    return -10 * Math.log10(Math.max(meanSquare, 1e-12));
  }

  /** How many codes were chosen at all. */
  public int used() {
    int used = 0;
    for (long count : counts) {
      used += count > 0 ? 1 : 0;
    }
    return used;
  }

  /** exp of the entropy of the codes' shares: 1 to the size of the codebook. */
  public double perplexity() {
    double total = 0;
    for (long count : counts) {
      total += count;
    }
    double entropy = 0;
    for (long count : counts) {
      double share = count / total;
      entropy -= count > 0 ? share * Math.log(share) : 0;
    }
    return Math.exp(entropy);
  }

  /** The numbers by name, for logs and result files. */
  public SequencedMap<String, Double> metrics() {
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("l1", l1);
    metrics.put("psnr", psnr());
    metrics.put("codes_used", (double) used() / counts.length);
    metrics.put("perplexity", perplexity());
    return metrics;
  }
}
