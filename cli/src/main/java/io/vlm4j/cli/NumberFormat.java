package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Names of number formats on the command line. */
final class NumberFormat {
  private NumberFormat() {}

  static ScalarType parse(String name) {
    return switch (name) {
      case "f32" -> ScalarType.Float;
      case "bf16" -> ScalarType.BFloat16;
      case "f16" -> ScalarType.Half;
      default -> throw new InputException("unknown --dtype '" + name + "': use f32, bf16 or f16");
    };
  }
}
