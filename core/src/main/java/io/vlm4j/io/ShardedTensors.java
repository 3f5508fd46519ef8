package io.vlm4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tensors in several files, of which an index names one for each tensor, as Hugging Face does. */
final class ShardedTensors implements TensorSource {
  private static final long MAX_INDEX = 100_000_000;

  private final Path index;
  private final Map<String, TensorFile> files = new LinkedHashMap<>();
  private final SequencedMap<String, TensorFile> fileOf = new LinkedHashMap<>();

  private ShardedTensors(Path index) {
    this.index = index;
  }

  /**
   * Opens an index such as {@code model.safetensors.index.json} and the files that it names, which
   * lie beside it.
   *
   * @throws InputException if the index or a file is missing, damaged, or does not fit the other
   */
  static ShardedTensors open(Path index) {
    var source = new ShardedTensors(index);
    boolean isOpen = false;
    try {
      for (var entry : weightMap(index).properties()) {
        source.add(entry.getKey(), entry.getValue());
      }
      isOpen = true;
      return source;
    } finally {
      if (!isOpen) {
        source.close();
      }
    }
  }

  private static ObjectNode weightMap(Path index) {
    try {
      if (Files.size(index) > MAX_INDEX) {
        throw new InputException(index + ": larger than any index of tensors");
      }
    } catch (IOException e) {
      throw Json.cannotRead(index, e);
    }
    if (Json.readObject(index).path("weight_map") instanceof ObjectNode map) {
      return map;
    }
    throw new InputException(index + ": no index of tensors, it has no object 'weight_map'");
  }

  private void add(String tensor, JsonNode shard) {
    String name = shard.isString() ? shard.asString() : "";
    if (!isPlainName(name)) {
      throw new InputException(
          "%s: %s should be in a file beside the index, not in %s"
              .formatted(index, Json.quote(tensor), Json.quote(shard.toString())));
    }
    TensorFile file = files.computeIfAbsent(name, _ -> TensorFile.open(index.resolveSibling(name)));
    if (!file.names().contains(tensor)) {
      throw new InputException(
          "%s: %s should be in %s, but is not".formatted(index, Json.quote(tensor), name));
    }
    fileOf.put(tensor, file);
  }

  /** Whether a name leads nowhere but to a file in the folder of the index. */
  private static boolean isPlainName(String name) {
    try {
      return !name.isEmpty()
          && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
          && !name.equals(".")
          && !name.equals("..")
          && name.equals(String.valueOf(Path.of(name).getFileName()));
    } catch (InvalidPathException _) {
      return false;
    }
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(fileOf.sequencedKeySet());
  }

  @Override
  public long[] shape(String name) {
    return fileOf(name).shape(name);
  }

  @Override
  public ScalarType type(String name) {
    return fileOf(name).type(name);
  }

  @Override
  public Tensor read(String name) {
    return fileOf(name).read(name);
  }

  @Override
  public void read(String name, Tensor target) {
    fileOf(name).read(name, target);
  }

  /** Of a key that several files have, the first file's value. */
  @Override
  public Map<String, String> metadata() {
    var metadata = new LinkedHashMap<String, String>();
    files.values().forEach(file -> file.metadata().forEach(metadata::putIfAbsent));
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public Path file(String name) {
    return fileOf(name).file(name);
  }

  @Override
  public void close() {
    files.values().forEach(TensorFile::close);
  }

  private TensorFile fileOf(String name) {
    TensorFile file = fileOf.get(name);
    if (file == null) {
      throw new InputException(index + ": there is no tensor " + Json.quote(name));
    }
    return file;
  }
}
