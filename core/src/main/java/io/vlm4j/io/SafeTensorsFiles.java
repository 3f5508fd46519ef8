package io.vlm4j.io;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One safetensors file, or those that an index names, with only their headers in memory. */
final class SafeTensorsFiles implements TensorSource {
  private static final int CHUNK = 1 << 26;

  private record Place(Path file, FileChannel channel, long start, SafeTensors.Entry entry) {}

  private final SequencedMap<String, Place> places = new LinkedHashMap<>();
  private final Map<Path, FileChannel> channels = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafeTensorsFiles() {}

  static SafeTensorsFiles open(Path file) {
    var source = new SafeTensorsFiles();
    try {
      if (file.toString().endsWith(".index.json")) {
        source.addShards(file);
      } else {
        source.add(file);
      }
      return source;
    } catch (IOException e) {
      source.close();
      throw Json.cannotRead(file, e);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private void addShards(Path index) throws IOException {
    var shards = new TreeSet<String>();
    Json.readObject(index).path("weight_map").forEach(shard -> shards.add(shard.asString("")));
    for (String shard : shards) {
      if (!shard.matches("[^/\\\\]+\\.safetensors")) {
        throw new InputException(index + ": '" + shard + "' is no name of a file beside it");
      }
      add(index.resolveSibling(shard));
    }
  }

  private void add(Path file) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.READ);
    channels.put(file, channel);
    metadata.putAll(SafeTensors.metadata(file));
    var header = SafeTensors.header(file, channel);
    long start = channel.position();
    for (var entry : SafeTensors.entries(file, header, channel.size() - start)) {
      places.put(entry.key(), new Place(file, channel, start, entry));
    }
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(places.sequencedKeySet());
  }

  @Override
  public long[] shape(String name) {
    return place(name).entry.shape().clone();
  }

  @Override
  public ScalarType type(String name) {
    return place(name).entry.type();
  }

  @Override
  public Tensor read(String name) {
    Tensor tensor = Tensors.empty(type(name), shape(name));
    read(name, tensor);
    return tensor;
  }

  @Override
  public void read(String name, Tensor target) {
    Place place = place(name);
    if (target.scalar_type().intern() != place.entry.type()) {
      try (var _ = new Scope()) {
        target.copy_(read(name));
      }
      return;
    }
    ByteBuffer bytes = Tensors.bytes(target);
    long at = place.start + place.entry.begin();
    try {
      while (bytes.hasRemaining()) {
        bytes.limit(Math.min(bytes.capacity(), bytes.position() + CHUNK));
        int count = place.channel.read(bytes, at);
        if (count < 0) {
          throw new InputException(place.file + ": the file became shorter");
        }
        at += count;
        bytes.limit(bytes.capacity());
      }
    } catch (IOException e) {
      throw Json.cannotRead(place.file, e);
    }
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public Path file(String name) {
    return place(name).file;
  }

  @Override
  public void close() {
    for (FileChannel channel : channels.values()) {
      try {
        channel.close();
      } catch (IOException _) {
        // Nothing was written; what was read is in memory.
      }
    }
  }

  private Place place(String name) {
    Place place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("there is no '" + name + "'");
    }
    return place;
  }
}
