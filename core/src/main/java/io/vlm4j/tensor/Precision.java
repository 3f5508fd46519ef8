package io.vlm4j.tensor;

import io.vlm4j.io.InputException;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The number format of matrix products in training, where parameters and sums stay in f32, and of
 * parameters in use.
 */
public enum Precision {
  /** The quickest of the others on the device in use. */
  AUTO(ScalarType.Undefined),
  /** 32-bit floats throughout. */
  F32(ScalarType.Float),
  /** Products in bfloat16, by autocast. */
  BF16(ScalarType.BFloat16),
  /**
   * Of a language model in use: matrices in 8 bits with a scale for each row, all else in f32. Not
   * for training.
   */
  INT8(ScalarType.Char);

  static final Set<String> CPU_BF16 = Set.of("avx512_bf16", "amx_bf16", "bf16");

  private final ScalarType type;

  Precision(ScalarType type) {
    this.type = type;
  }

  /** The type of tensors in it. */
  public ScalarType type() {
    return type;
  }

  /**
   * This precision, or what {@link #AUTO} means on a device: bf16 where the processor multiplies
   * it, else f32. A CPU without instructions for bf16 takes ten times as long with it as with f32.
   */
  public Precision on(Device device) {
    if (this != AUTO) {
      return this;
    }
    return !device.is_cpu() || Engine.cpuFlags().stream().anyMatch(CPU_BF16::contains) ? BF16 : F32;
  }

  /**
   * The precision of that name; OpenCLIP's {@code fp32} and {@code amp_bf16} are understood.
   *
   * @throws InputException if there is none
   */
  public static Precision parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "auto" -> AUTO;
      case "f32", "fp32" -> F32;
      case "bf16", "amp_bf16" -> BF16;
      case "int8" -> INT8;
      default ->
          throw new InputException("unknown precision '" + name + "': use f32, bf16, int8 or auto");
    };
  }
}
