package io.vlm4j.io;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The number formats that files of tensors may hold: safetensors' names for them are the constants,
 * PyTorch's are beside them.
 */
enum Dtype {
  F64(ScalarType.Double, 8, "float64", "DoubleStorage"),
  F32(ScalarType.Float, 4, "float32", "FloatStorage"),
  F16(ScalarType.Half, 2, "float16", "HalfStorage"),
  BF16(ScalarType.BFloat16, 2, "bfloat16", "BFloat16Storage"),
  F8_E4M3(ScalarType.Float8_e4m3fn, 1, "float8_e4m3fn", null),
  F8_E5M2(ScalarType.Float8_e5m2, 1, "float8_e5m2", null),
  I64(ScalarType.Long, 8, "int64", "LongStorage"),
  I32(ScalarType.Int, 4, "int32", "IntStorage"),
  I16(ScalarType.Short, 2, "int16", "ShortStorage"),
  I8(ScalarType.Char, 1, "int8", "CharStorage"),
  U64(ScalarType.UInt64, 8, "uint64", null),
  U32(ScalarType.UInt32, 4, "uint32", null),
  U16(ScalarType.UInt16, 2, "uint16", null),
  U8(ScalarType.Byte, 1, "uint8", "ByteStorage"),
  BOOL(ScalarType.Bool, 1, "bool", "BoolStorage");

  private static final Map<String, Dtype> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Dtype::name, Function.identity()));
  private static final Map<ScalarType, Dtype> BY_TYPE =
      Arrays.stream(values()).collect(Collectors.toMap(Dtype::type, Function.identity()));

  private final ScalarType type;
  private final int size;
  private final String torchName;
  private final @Nullable String storageName;

  Dtype(ScalarType type, int size, String torchName, @Nullable String storageName) {
    this.type = type;
    this.size = size;
    this.torchName = torchName;
    this.storageName = storageName;
  }

  /** libtorch's name. */
  ScalarType type() {
    return type;
  }

  /** Bytes of one value. */
  int size() {
    return size;
  }

  /** The format that safetensors calls so; null if there is none. */
  static @Nullable Dtype named(String name) {
    return BY_NAME.get(name);
  }

  /** What {@code torch.NAME} is: a format, such as {@code float32}; null if it is none. */
  static @Nullable Dtype ofTorch(String name) {
    return Arrays.stream(values())
        .filter(dtype -> dtype.torchName.equals(name))
        .findFirst()
        .orElse(null);
  }

  /** What {@code torch.NAME} holds: a storage class, such as {@code FloatStorage}; null if none. */
  static @Nullable Dtype ofStorage(String name) {
    return Arrays.stream(values())
        .filter(dtype -> name.equals(dtype.storageName))
        .findFirst()
        .orElse(null);
  }

  /**
   * The format of a tensor.
   *
   * @throws InputException if safetensors has none for it
   */
  static Dtype of(ScalarType type) {
    Dtype dtype = BY_TYPE.get(type.intern());
    if (dtype == null) {
      throw new InputException(
          "safetensors has no type for " + type + ", only " + BY_NAME.keySet());
    }
    return dtype;
  }

  /** The bytes of a row-major tensor; -1 if there can be none of that shape. */
  long bytes(long... shape) {
    long bytes = size;
    boolean isEmpty = false;
    for (long side : shape) {
      // Without its zeros, so that what libtorch computes of an empty shape fits as well.
      if (side < 0 || (side > 0 && bytes > Long.MAX_VALUE / side)) {
        return -1;
      }
      isEmpty |= side == 0;
      bytes *= Math.max(side, 1);
    }
    return isEmpty ? 0 : bytes;
  }
}
