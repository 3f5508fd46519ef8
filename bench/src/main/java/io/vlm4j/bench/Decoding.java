package io.vlm4j.bench;

import io.vlm4j.io.Json;
import io.vlm4j.model.backbone.Llama;
import io.vlm4j.model.backbone.LlamaConfig;
import io.vlm4j.nn.Init;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Precision;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Times a Llama with random weights: how long a prompt takes, and how many tokens a second it then
 * writes, one text at a time. The counterpart of {@code decoding.py}.
 *
 * <p>Arguments: one of the {@link Subjects}, precision, threads, tokens of the prompt before
 * writing, tokens to write, tokens of the long prompt. Prints one line of JSON.
 */
public final class Decoding {
  /** Java compiles its code in the first tokens, on the processors that the products need. */
  private static final int WARM = 32;

  private Decoding() {}

  /** Runs the measurement. */
  public static void main(String[] args) throws IOException {
    var config = (LlamaConfig) Subjects.of(args[0]).config();
    Precision precision = Precision.parse(args[1]);
    Engine.setThreads(Integer.parseInt(args[2]));
    int prompt = Integer.parseInt(args[3]);
    int written = Integer.parseInt(args[4]);
    int longPrompt = Integer.parseInt(args[5]);
    Engine.seed(0);
    var result = new LinkedHashMap<String, Object>();
    try (Llama model = random(config, precision);
        var _ = new NoGrad()) {
      model.setTraining(false);
      result.putAll(Inputs.sizes(model));
      write(model, prompt, WARM);
      result.put("tokens_per_second", written / write(model, prompt, written));
      read(model, longPrompt); // oneDNN makes kernels for each new shape
      result.put("prefill_seconds", read(model, longPrompt));
      // All weights once a token, for the table of tokens is the output; and what is kept so far.
      long weights = model.state().values().stream().mapToLong(Tensor::nbytes).sum();
      long kept = 2L * config.layers() * config.keyValueHeads() * config.headWidth();
      long bytes = precision == Precision.BF16 ? 2 : 4;
      result.put("read_gb_per_token", (weights + kept * bytes * (prompt + written / 2)) / 1e9);
    }
    result.put("peak_mb", ProcessMemory.peak());
    System.out.println(Json.toLine(result));
  }

  /** A model whose random weights are drawn in place, or a matrix at a time for int8. */
  private static Llama random(LlamaConfig config, Precision precision) {
    boolean isInt8 = precision == Precision.INT8;
    Llama model;
    try (var _ = isInt8 ? Init.places() : Init.unset(precision.type())) {
      model = new Llama(config);
    }
    var matrices = model.matrices();
    Set<String> int8 = isInt8 ? matrices.keySet() : Set.of();
    model.allocate(int8);
    model
        .weights()
        .forEach((name, tensor) -> {
          try (var _ = new Scope();
              var _ = new NoGrad()) {
            var matrix = matrices.get(name);
            if (matrix == null) {
              tensor.fill_(new Scalar(1));
            } else if (isInt8) {
              matrix.holdInt8(torch.randn(tensor.shape()));
            } else {
              tensor.normal_(0, config.std(), null);
            }
          }
        });
    return model;
  }

  /** Writes the most probable tokens after a prompt; the seconds that writing alone takes. */
  private static double write(Llama model, int prompt, int count) {
    try (var decoder = model.texts();
        var _ = new Scope()) {
      Tensor next = best(decoder.read(ids(prompt)));
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        try (var _ = new Scope()) {
          next.copy_(best(decoder.read(next)));
        }
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static double read(Llama model, int prompt) {
    try (var decoder = model.texts();
        var _ = new Scope()) {
      long start = System.nanoTime();
      best(decoder.read(ids(prompt))).item_long();
      return (System.nanoTime() - start) / 1e9;
    }
  }

  private static Tensor best(Tensor logits) {
    return logits.argmax().view(1, 1);
  }

  private static Tensor ids(int count) {
    return Tensors.of(Inputs.words(1, count), 1, count);
  }
}
