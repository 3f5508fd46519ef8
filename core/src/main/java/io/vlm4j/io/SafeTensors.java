package io.vlm4j.io;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the safetensors format: an 8-byte header length, a JSON header, and the tensors' bytes.
 * {@link TensorSource} reads it.
 */
public final class SafeTensors {
  private static final String ENDING = ".safetensors";
  private static final String INDEX_ENDING = ".safetensors.index.json";
  private static final long CHUNK = 1 << 26; // a buffer holds at most 2 GiB

  private SafeTensors() {}

  /**
   * Writes tensors atomically. The header names them in the map's order; their bytes follow with
   * the widest types first, so that each tensor is aligned to its own type.
   *
   * @throws InputException if the file cannot be written, or safetensors has no type for a tensor
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    SequencedMap<String, Tensor> layout = layout(tensors);
    byte[] header = header(tensors, layout, metadata);
    AtomicFiles.writeFile(
        file,
        path -> {
          try (var channel =
              FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeAll(channel, ByteBuffer.wrap(header));
            for (Tensor tensor : layout.values()) {
              try (var _ = new Scope()) {
                write(channel, Tensors.memory(tensor.detach().cpu().contiguous()));
              }
            }
            channel.force(true);
          }
        });
  }

  /**
   * Writes tensors into several files with an index, as Hugging Face does: {@code
   * model-00001-of-00003.safetensors} and {@code model.safetensors.index.json}; into the plain
   * {@code model.safetensors} if they fit into one. Files of an earlier writing under the same name
   * are removed.
   *
   * <p>Each file appears atomically, the index last. For all or nothing, write into a new folder.
   *
   * @param baseName what the files' names begin with, such as {@code model}
   * @param maxShardBytes the most bytes of tensors in a file; a larger tensor has a file of its own
   * @return the file to open: the index, or the only file
   */
  public static Path writeSharded(
      Path folder,
      String baseName,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      long maxShardBytes) {
    List<SequencedMap<String, Tensor>> shards = shards(tensors, maxShardBytes);
    Path single = folder.resolve(baseName + ENDING);
    Path index = folder.resolve(baseName + INDEX_ENDING);
    var written = new ArrayList<Path>();
    if (shards.size() == 1) {
      write(single, tensors, metadata);
      written.add(single);
    } else {
      ObjectNode json = Json.object();
      json.putObject("metadata")
          .put("total_size", tensors.values().stream().mapToLong(Tensor::nbytes).sum());
      ObjectNode map = json.putObject("weight_map");
      for (var shard : shards) {
        String name =
            "%s-%05d-of-%05d%s".formatted(baseName, written.size() + 1, shards.size(), ENDING);
        write(folder.resolve(name), shard, metadata);
        written.add(folder.resolve(name));
        shard.keySet().forEach(key -> map.put(key, name));
      }
      AtomicFiles.writeString(index, Json.toText(json));
      written.add(index);
    }
    removeOthers(folder, baseName, written);
    return written.getLast();
  }

  private static List<SequencedMap<String, Tensor>> shards(
      Map<String, Tensor> tensors, long maxShardBytes) {
    var shards = new ArrayList<SequencedMap<String, Tensor>>();
    shards.add(new LinkedHashMap<>());
    long size = 0;
    for (var entry : tensors.entrySet()) {
      long bytes = entry.getValue().nbytes();
      if (bytes > maxShardBytes - size && !shards.getLast().isEmpty()) {
        shards.add(new LinkedHashMap<>());
        size = 0;
      }
      shards.getLast().put(entry.getKey(), entry.getValue());
      size += bytes;
    }
    return shards;
  }

  private static void removeOthers(Path folder, String baseName, List<Path> written) {
    var ours =
        Pattern.compile(
            Pattern.quote(baseName)
                + "(-\\d{5}-of-\\d{5})?\\.safetensors|"
                + Pattern.quote(baseName + INDEX_ENDING));
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (ours.matcher(String.valueOf(file.getFileName())).matches() && !written.contains(file)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw AtomicFiles.cannotWrite(folder, e);
    }
  }

  private static SequencedMap<String, Tensor> layout(Map<String, Tensor> tensors) {
    var layout = new LinkedHashMap<String, Tensor>();
    tensors.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> -Dtype.of(entry.getValue().scalar_type()).size()))
        .forEach(entry -> layout.put(entry.getKey(), entry.getValue()));
    return layout;
  }

  /**
   * The header, which names the tensors in the order of {@code tensors}.
   *
   * @param layout the same tensors in the order of their bytes
   */
  private static byte[] header(
      Map<String, Tensor> tensors, Map<String, Tensor> layout, Map<String, String> metadata) {
    ObjectNode header = Json.object();
    if (!metadata.isEmpty()) {
      header.set(SafeTensorsHeader.METADATA, Json.toTree(metadata));
    }
    tensors.forEach((name, tensor) -> {
      if (name.equals(SafeTensorsHeader.METADATA)) {
        throw new InputException("safetensors has no place for a tensor named " + name);
      }
      ObjectNode description = header.putObject(name);
      description.put("dtype", Dtype.of(tensor.scalar_type()).name());
      var shape = description.putArray("shape");
      Arrays.stream(tensor.shape()).forEach(shape::add);
    });
    long offset = 0;
    for (var entry : layout.entrySet()) {
      long end = offset + entry.getValue().nbytes();
      header.withObjectProperty(entry.getKey()).putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    return padded(Json.toLine(header).getBytes(StandardCharsets.UTF_8));
  }

  /** With its length before it, and spaces after it: tensors begin at a multiple of 8 bytes. */
  private static byte[] padded(byte[] json) {
    int length = (json.length + 7) / 8 * 8;
    if (length > SafeTensorsHeader.MAX_SIZE) {
      throw new InputException("too many tensors for one safetensors file: write several");
    }
    var bytes = new byte[Long.BYTES + length];
    Arrays.fill(bytes, (byte) ' ');
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json);
    return bytes;
  }

  private static void write(FileChannel channel, MemorySegment memory) throws IOException {
    for (long at = 0; at < memory.byteSize(); at += CHUNK) {
      long length = Math.min(CHUNK, memory.byteSize() - at);
      writeAll(channel, memory.asSlice(at, length).asByteBuffer());
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
