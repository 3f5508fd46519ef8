package io.vlm4j.model;

import io.vlm4j.tensor.Precision;
import org.jspecify.annotations.Nullable;

/**
 * How a model folder is loaded.
 *
 * @param precision the number format of the parameters, whatever the files hold; in bf16 they take
 *     half the memory, in int8 a language model's matrices take a quarter, and results are f32
 *     still; a model in int8 can be neither trained nor saved
 * @param lenient whether missing and unfitting tensors are only reported; such parameters keep
 *     random values; in int8 none may be missing
 * @param imageSize side of the pictures if another than the configuration's; positions are
 *     interpolated
 * @param contextLength tokens of a text if fewer than the configuration's; positions are cut
 */
public record LoadOptions(
    Precision precision,
    boolean lenient,
    @Nullable Integer imageSize,
    @Nullable Integer contextLength) {
  /** As the folder says, in f32, without differences. */
  public static final LoadOptions DEFAULT = new LoadOptions(Precision.F32, false, null, null);

  /** The same with parameters of that precision. */
  public LoadOptions withPrecision(Precision other) {
    return new LoadOptions(other, lenient, imageSize, contextLength);
  }

  /** The same with differences reported only. */
  public LoadOptions leniently() {
    return new LoadOptions(precision, true, imageSize, contextLength);
  }

  /** The same for pictures of that side. */
  public LoadOptions withImageSize(int pixels) {
    return new LoadOptions(precision, lenient, pixels, contextLength);
  }

  /** The same for texts of at most that many tokens. */
  public LoadOptions withContextLength(int tokens) {
    return new LoadOptions(precision, lenient, imageSize, tokens);
  }
}
