package io.vlm4j.tensor;

import io.vlm4j.io.InputException;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number format of matrix products in training; parameters and sums stay in f32. */
public enum Precision {
  /** 32-bit floats throughout. */
  F32(ScalarType.Float),
  /** Products in bfloat16, by autocast. */
  BF16(ScalarType.BFloat16);

  private final ScalarType type;

  Precision(ScalarType type) {
    this.type = type;
  }

  /** The type of tensors in it. */
  public ScalarType type() {
    return type;
  }

  /**
   * The precision of that name; OpenCLIP's {@code fp32} and {@code amp_bf16} are understood.
   *
   * @throws InputException if there is none
   */
  public static Precision parse(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f32", "fp32" -> F32;
      case "bf16", "amp_bf16" -> BF16;
      default -> throw new InputException("unknown precision '" + name + "': use f32 or bf16");
    };
  }
}
