package io.vlm4j.nn;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * First values of parameters; f32 on the CPU, drawn from the engine's seeded stream.
 *
 * <p>Where values follow from a file, or only shapes matter, drawing them is a waste of time and
 * memory: within {@link #unset} and {@link #shapes}, the same calls make tensors without values.
 */
public final class Init {
  private static final ThreadLocal<@Nullable TensorOptions> BLANK = new ThreadLocal<>();

  private Init() {}

  /** Until it is closed, the first values of this thread are left out. */
  public static final class Blank implements AutoCloseable {
    private final @Nullable TensorOptions before = BLANK.get();
    private final TensorOptions options;

    private Blank(TensorOptions options) {
      this.options = Scope.keep(options);
      BLANK.set(options);
    }

    @Override
    public void close() {
      if (before == null) {
        BLANK.remove();
      } else {
        BLANK.set(before);
      }
      options.close();
    }
  }

  /** Parameters hold whatever their memory held before: each must be set before it is used. */
  public static Blank unset(ScalarType type) {
    return new Blank(new TensorOptions(type));
  }

  /** Parameters have shapes and no memory; they cannot be computed with. */
  public static Blank shapes() {
    return new Blank(
        new TensorOptions(ScalarType.Float)
            .device(new DeviceOptional(new Device(DeviceType.Meta))));
  }

  /** Independent normal values with mean 0. */
  public static Tensor normal(double std, long... shape) {
    return made(shape, tensor -> tensor.normal_(0, std, null));
  }

  /** All zeros. */
  public static Tensor zeros(long... shape) {
    return made(shape, tensor -> tensor);
  }

  /** One value everywhere; without a shape, a scalar. */
  public static Tensor constant(double value, long... shape) {
    return made(shape, tensor -> tensor.fill_(new Scalar((float) value)));
  }

  private static Tensor made(long[] shape, UnaryOperator<Tensor> fill) {
    TensorOptions blank = BLANK.get();
    return blank == null
        ? fill.apply(Tensors.zeros(ScalarType.Float, shape))
        : torch.empty(shape, blank, null);
  }
}
