package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The activation functions that configurations name. They are not interchangeable: weights trained
 * with one lose accuracy under another.
 */
public enum Activation {
  /** {@code x * Phi(x)}, exactly (1606.08415); LAION's and DataComp's CLIP weights. */
  GELU("gelu"),
  /** GELU by its tanh approximation; SigLIP. */
  GELU_TANH("gelu_pytorch_tanh"),
  /** {@code x * sigmoid(1.702 x)}; OpenAI's CLIP weights. */
  QUICK_GELU("quick_gelu"),
  /** {@code x * sigmoid(x)}; Llama. */
  SILU("silu"),
  /** {@code max(x, 0)}; OPT. */
  RELU("relu");

  private final String id;

  Activation(String id) {
    this.id = id;
  }

  /** The name in Hugging Face configurations. */
  public String id() {
    return id;
  }

  /**
   * The activation of that name.
   *
   * @throws InputException if there is none
   */
  public static Activation of(String id) {
    return Arrays.stream(values())
        .filter(activation -> activation.id.equals(id))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "unknown activation '"
                    + id
                    + "': use one of "
                    + Arrays.stream(values()).map(Activation::id).toList()));
  }

  /** Applies the function to every element. */
  public Tensor apply(Tensor x) {
    return switch (this) {
      case GELU -> torch.gelu(x, "none");
      case GELU_TANH -> torch.gelu(x, "tanh");
      case QUICK_GELU -> x.mul(torch.sigmoid(x.mul(new Scalar(1.702f))));
      case SILU -> torch.silu(x);
      case RELU -> torch.relu(x);
    };
  }
}
