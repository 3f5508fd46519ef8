package io.vlm4j.io;

import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Named tensors in files, read one at a time. Any number of threads may read. */
public interface TensorSource extends AutoCloseable {
  /** The names, in the files' order. */
  SequencedSet<String> names();

  /** The shape of a tensor; the name must exist. */
  long[] shape(String name);

  /** The number format of a tensor; the name must exist. */
  ScalarType type(String name);

  /** A copy of a tensor, owned by the innermost scope. */
  Tensor read(String name);

  /**
   * Copies a tensor into the memory of another.
   *
   * @param target contiguous, on the CPU, of the same shape; another number format is converted to
   */
  void read(String name, Tensor target);

  /** The free-form strings that the files carry about themselves. */
  Map<String, String> metadata();

  /** The file that holds a tensor, for messages. */
  Path file(String name);

  @Override
  void close();

  /**
   * Opens a checkpoint: a safetensors file, or the index of several.
   *
   * @throws InputException if it cannot be read or is damaged
   */
  static TensorSource open(Path file) {
    return SafeTensorsFiles.open(file);
  }
}
