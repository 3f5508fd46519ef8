package io.vlm4j.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Between Java arrays and tensors: every method copies, so neither side keeps the other alive. */
public final class Tensors {
  static {
    Engine.load();
  }

  private static final long LARGE = 1 << 20;

  private Tensors() {}

  /** An f32 tensor of that shape holding a copy of {@code values}, in row-major order. */
  public static Tensor of(float[] values, long... shape) {
    requireSize(values.length, shape);
    Tensor tensor = empty(ScalarType.Float, shape);
    if (values.length > 0) {
      tensor.data_ptr_float().put(values, 0, values.length);
    }
    return tensor;
  }

  /** An i64 tensor of that shape holding a copy of {@code values}, in row-major order. */
  public static Tensor of(long[] values, long... shape) {
    requireSize(values.length, shape);
    Tensor tensor = empty(ScalarType.Long, shape);
    if (values.length > 0) {
      tensor.data_ptr_long().put(values, 0, values.length);
    }
    return tensor;
  }

  /** A tensor on the CPU whose values are not set. */
  public static Tensor empty(ScalarType type, long... shape) {
    return torch.empty(shape, new TensorOptions(type), null);
  }

  /**
   * A tensor whose values are not set, to hold numbers that are read again and again, as the
   * weights of a model that answers: on Linux it asks for large pages, between which nothing has to
   * be looked up and the processor reads ahead further.
   */
  public static Tensor held(long[] shape, TensorOptions options) {
    Tensor tensor = torch.empty(shape, options, null);
    if (tensor.is_cpu() && tensor.nbytes() >= LARGE) {
      try (var _ = new Scope()) {
        CLibrary.preferHugePages(tensor.data_ptr().address(), tensor.nbytes());
      }
    }
    return tensor;
  }

  /** A tensor on the CPU filled with zeros. */
  public static Tensor zeros(ScalarType type, long... shape) {
    return torch.zeros(shape, new TensorOptions(type));
  }

  /** The values of a tensor of any floating type, in row-major order. */
  public static float[] toFloats(Tensor tensor) {
    try (var _ = new Scope()) {
      Tensor plain = tensor.detach().cpu().to(ScalarType.Float).contiguous();
      var values = new float[Math.toIntExact(plain.numel())];
      if (values.length > 0) {
        new FloatPointer(plain.data_ptr_float()).get(values);
      }
      return values;
    }
  }

  /** The values of a tensor of any integer type, in row-major order. */
  public static long[] toLongs(Tensor tensor) {
    try (var _ = new Scope()) {
      Tensor plain = tensor.detach().cpu().to(ScalarType.Long).contiguous();
      var values = new long[Math.toIntExact(plain.numel())];
      if (values.length > 0) {
        new LongPointer(plain.data_ptr_long()).get(values);
      }
      return values;
    }
  }

  /** The rows of a matrix. */
  public static float[][] toRows(Tensor matrix) {
    int columns = Math.toIntExact(matrix.size(1));
    float[] values = toFloats(matrix);
    var rows = new float[Math.toIntExact(matrix.size(0))][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
    }
    return rows;
  }

  /**
   * The memory of a contiguous CPU tensor, of at most 2 GiB; valid as long as the tensor is.
   *
   * @return a buffer over the tensor's own bytes, little-endian
   */
  public static ByteBuffer bytes(Tensor tensor) {
    if (!tensor.is_cpu() || !tensor.is_contiguous()) {
      throw new IllegalArgumentException("only a contiguous tensor on the CPU has plain bytes");
    }
    if (tensor.nbytes() == 0) {
      return ByteBuffer.allocate(0);
    }
    return new BytePointer(tensor.data_ptr())
        .capacity(tensor.nbytes())
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The memory of a contiguous CPU tensor of any size; valid as long as the tensor is, so hold on
   * to the tensor.
   */
  @SuppressWarnings("restricted") // the tensor says how long its memory is
  public static MemorySegment memory(Tensor tensor) {
    if (!tensor.is_cpu() || !tensor.is_contiguous()) {
      throw new IllegalArgumentException("only a contiguous tensor on the CPU has plain memory");
    }
    if (tensor.nbytes() == 0) {
      return MemorySegment.NULL;
    }
    try (var _ = new Scope()) {
      return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(tensor.nbytes());
    }
  }

  /** {@code tensor[from:to]} along dimension {@code dim}. */
  public static Tensor slice(Tensor tensor, int dim, long from, long to) {
    return tensor.slice(dim, new LongOptional(from), new LongOptional(to), 1);
  }

  /**
   * {@code x} as an operation with {@code weight} takes it: in bf16 or f16 if the weight is held
   * so. With an f32 weight nothing changes; there, autocast may choose.
   */
  public static Tensor inTypeOf(Tensor weight, Tensor x) {
    ScalarType type = weight.scalar_type().intern();
    return type == ScalarType.BFloat16 || type == ScalarType.Half ? x.to(type) : x;
  }

  /** How bindings take a tensor that may be absent. */
  public static TensorOptional optional(@Nullable Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
  }

  private static void requireSize(int length, long... shape) {
    long size = 1;
    for (long side : shape) {
      size *= side;
    }
    if (size != length) {
      throw new TensorException(
          length + " values do not fill a tensor of shape " + Arrays.toString(shape));
    }
  }
}
