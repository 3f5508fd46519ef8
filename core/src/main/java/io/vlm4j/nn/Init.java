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
 * memory: within {@link #unset}, {@link #places} and {@link #shapes}, the same calls make tensors
 * without values.
 */
public final class Init {
  private static final ThreadLocal<@Nullable Blank> BLANK = new ThreadLocal<>();

  private enum Kind {
    VALUES,
    UNSET,
    PLACES,
    SHAPES
  }

  private Init() {}

  /** Until it is closed, the first values of this thread are left out. */
  public static final class Blank implements AutoCloseable {
    private final @Nullable Blank before = BLANK.get();
    private final Kind kind;
    private final TensorOptions options;

    private Blank(Kind kind, TensorOptions options) {
      this.kind = kind;
      this.options = Scope.keep(options);
      BLANK.set(this);
    }

    private Tensor made(long[] shape) {
      if (kind != Kind.PLACES) {
        return Tensors.held(shape, options);
      }
      Tensor one = torch.empty(new long[0], options, null);
      one.set_data(one.expand(shape));
      return one;
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
    return new Blank(Kind.UNSET, new TensorOptions(type));
  }

  /**
   * Parameters have shapes and one number each for all of their places: each must be given memory
   * of its own before it is set, by {@link Module#allocate} or {@link Matrix#holdInt8}.
   */
  public static Blank places() {
    return new Blank(Kind.PLACES, new TensorOptions(ScalarType.Float));
  }

  /** Parameters have shapes and no memory; they cannot be computed with. */
  public static Blank shapes() {
    return new Blank(
        Kind.SHAPES,
        new TensorOptions(ScalarType.Float)
            .device(new DeviceOptional(new Device(DeviceType.Meta))));
  }

  /** Values are drawn even within {@link #unset}: of what no file holds. */
  static Blank drawn() {
    Blank blank = BLANK.get();
    return blank != null && blank.kind == Kind.SHAPES
        ? shapes()
        : new Blank(Kind.VALUES, new TensorOptions(ScalarType.Float));
  }

  /** Independent values, evenly distributed between {@code -bound} and {@code bound}. */
  public static Tensor uniform(double bound, long... shape) {
    return made(shape, tensor -> tensor.uniform_(-bound, bound, null));
  }

  /** Independent normal values with mean 0. */
  public static Tensor normal(double std, long... shape) {
    return made(shape, tensor -> tensor.normal_(0, std, null));
  }

  /** Independent normal values around a mean, as a vector of that length. */
  public static Tensor normalAround(double mean, double std, long length) {
    return made(new long[] {length}, tensor -> tensor.normal_(mean, std, null));
  }

  /** All zeros. */
  public static Tensor zeros(long... shape) {
    return made(shape, tensor -> tensor);
  }

  /** One value everywhere; without a shape, a scalar. */
  public static Tensor constant(double value, long... shape) {
    return made(shape, tensor -> tensor.fill_(new Scalar((float) value)));
  }

  /** An i64 zero, without a shape; it has its value even within {@link #unset}. */
  public static Tensor counter() {
    return Tensors.zeros(ScalarType.Long);
  }

  private static Tensor made(long[] shape, UnaryOperator<Tensor> fill) {
    Blank blank = BLANK.get();
    return blank == null || blank.kind == Kind.VALUES
        ? fill.apply(Tensors.zeros(ScalarType.Float, shape))
        : blank.made(shape);
  }
}
