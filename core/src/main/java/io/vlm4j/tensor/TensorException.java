package io.vlm4j.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** An operation that libtorch refused: one line with the place, the cause and the shapes. */
public final class TensorException extends RuntimeException {
  /** Makes an exception with this one-line message. */
  public TensorException(String message) {
    super(message);
  }

  private TensorException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Turns a C++ error, whose message is a page of stack frames, into one line.
   *
   * @param place the module or operation that failed
   * @param inputs what it was given; their shapes are named
   */
  public static TensorException of(String place, RuntimeException error, Tensor... inputs) {
    String cause = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    String shapes =
        Stream.of(inputs).map(TensorException::describe).collect(Collectors.joining(", "));
    return new TensorException(place + ": " + cause + " (input " + shapes + ")", error);
  }

  private static String describe(Tensor tensor) {
    return tensor.isNull() || !tensor.defined()
        ? "undefined"
        : tensor.scalar_type() + Arrays.toString(tensor.shape());
  }
}
