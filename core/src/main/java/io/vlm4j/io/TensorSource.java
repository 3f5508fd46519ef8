package io.vlm4j.io;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Named tensors in one file or several, of which each is read when it is asked for.
 *
 * <p>Opening reads names, shapes and types only: the files are mapped into memory, so that a source
 * may be larger than the machine's memory. Any number of threads may read from one source; closing
 * it unmaps the files. A file must not change while it is open.
 *
 * <p>Methods that take a name throw an {@link InputException} if the source has no such tensor.
 */
public interface TensorSource extends AutoCloseable {
  /** The names of all tensors, in the order of the file or of the index. */
  SequencedSet<String> names();

  /** The shape of a tensor; empty for a single number. */
  long[] shape(String name);

  /** The number format of a tensor. */
  ScalarType type(String name);

  /** A copy of a tensor in new native memory on the CPU; the innermost scope owns it. */
  Tensor read(String name);

  /**
   * Copies a tensor's values into an existing one, such as a parameter or a slice of one.
   *
   * <p>A contiguous target on the CPU is filled from the file directly, its values converted in
   * small pieces if it is of another type; any other target costs one temporary copy.
   *
   * @throws InputException if the target has another shape
   */
  void read(String name, Tensor target);

  /** The free-form strings that the files carry about themselves. */
  Map<String, String> metadata();

  /** The file that holds a tensor, for messages. */
  Path file(String name);

  /** Unmaps the files; tensors that were read stay. */
  @Override
  void close();

  /**
   * Opens tensors of any known format: safetensors, PyTorch's {@code .bin}, {@code .pt} and {@code
   * .pth}, or the index of several such files.
   *
   * @param path a file, an {@code .index.json}, or a folder with one of {@link #locate}'s files
   * @throws InputException if there is none, or it is damaged or of another format
   */
  static TensorSource open(Path path) {
    Path file =
        Files.isDirectory(path)
            ? locate(
                path,
                List.of(
                    "model",
                    "pytorch_model",
                    "open_clip_model",
                    "open_clip_pytorch_model",
                    "adapter_model"))
            : path;
    return file.toString().endsWith(".json") ? ShardedTensors.open(file) : TensorFile.open(file);
  }

  /**
   * The file of tensors in a folder that has the first of these names, such as {@code model}, with
   * the first of the usual endings: {@code .safetensors}, {@code .safetensors.index.json}, {@code
   * .bin}, {@code .bin.index.json}, {@code .pt}, {@code .pth}.
   *
   * @throws InputException if there is none
   */
  static Path locate(Path folder, List<String> baseNames) {
    for (String name : baseNames) {
      for (String ending :
          List.of(
              ".safetensors",
              ".safetensors.index.json",
              ".bin",
              ".bin.index.json",
              ".pt",
              ".pth")) {
        Path file = folder.resolve(name + ending);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    throw new InputException(
        folder
            + " holds no weights: there is no "
            + String.join(", ", baseNames)
            + " that ends in .safetensors, .bin, .pt, .pth or an .index.json of them");
  }

  /**
   * All tensors of a file, an index or a folder by name; the innermost scope owns them.
   *
   * @throws InputException as {@link #open} does
   */
  static SequencedMap<String, Tensor> readAll(Path path) {
    try (TensorSource source = open(path)) {
      var tensors = new LinkedHashMap<String, Tensor>();
      source.names().forEach(name -> tensors.put(name, source.read(name)));
      return tensors;
    }
  }
}
