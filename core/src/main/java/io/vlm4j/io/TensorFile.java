package io.vlm4j.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The tensors of one file, mapped into memory. */
final class TensorFile implements TensorSource {
  /** What a file says that it holds. */
  record Content(SequencedMap<String, StoredTensor> tensors, Map<String, String> metadata) {}

  private static final long READ_AT_ONCE = 1 << 26;

  private final Path file;
  private final Arena arena;
  private final FileChannel channel;
  private final long start;
  private final Content content;

  private TensorFile(
      Path file, Arena arena, FileChannel channel, MemorySegment bytes, Content content) {
    this.file = file;
    this.arena = arena;
    this.channel = channel;
    start = bytes.address();
    this.content = content;
  }

  /**
   * Opens a file of any format.
   *
   * @throws InputException if it is damaged or of no known format
   */
  @SuppressWarnings("MustBeClosedChecker") // the result closes it
  static TensorFile open(Path file) {
    Arena arena = Arena.ofShared();
    FileChannel channel = null;
    boolean isOpen = false;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      var result =
          new TensorFile(file, arena, channel, bytes, guarded(file, () -> content(file, bytes)));
      isOpen = true;
      return result;
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } finally {
      if (!isOpen) {
        close(arena, channel);
      }
    }
  }

  private static void close(Arena arena, @Nullable FileChannel channel) {
    arena.close();
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException _) {
      // Nothing was written, so nothing can be lost.
    }
  }

  /**
   * The names and shapes come from the map, the values through reads: pages of a map that values
   * are copied from would count as this process's memory until it is unmapped.
   */
  private void copy(MemorySegment from, MemorySegment to) {
    long position = from.address() - start;
    try {
      for (long at = 0; at < to.byteSize(); ) {
        var piece = to.asSlice(at, Math.min(READ_AT_ONCE, to.byteSize() - at)).asByteBuffer();
        int count = channel.read(piece, position + at);
        if (count < 0) {
          throw new InputException("cannot read " + file + ": it was cut off while it was open");
        }
        at += count;
      }
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  private static Content content(Path file, MemorySegment bytes) {
    if (file.toString().endsWith(".safetensors") || SafeTensorsHeader.begins(bytes)) {
      return SafeTensorsHeader.read(file, bytes);
    }
    if (ZipDirectory.begins(bytes)) {
      return TorchFile.readArchive(file, bytes);
    }
    if (Pickle.begins(bytes)) {
      return TorchFile.readLegacy(file, bytes);
    }
    throw new InputException(
        file + ": neither a safetensors nor a PyTorch file, or a truncated one");
  }

  /** A mapped file that becomes shorter is found out by an access that fails. */
  private static <T> T guarded(Path file, Supplier<T> access) {
    try {
      return access.get();
    } catch (InternalError e) {
      throw new InputException("cannot read " + file + ": it was cut off while it was open", e);
    }
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(content.tensors.sequencedKeySet());
  }

  @Override
  public long[] shape(String name) {
    return stored(name).shape().clone();
  }

  @Override
  public ScalarType type(String name) {
    return stored(name).dtype().type();
  }

  @Override
  public Tensor read(String name) {
    return stored(name).read(this::copy);
  }

  @Override
  public void read(String name, Tensor target) {
    StoredTensor stored = stored(name);
    if (!Arrays.equals(stored.shape(), target.shape())) {
      throw new InputException(
          "%s: '%s' is %s instead of %s"
              .formatted(
                  file, name, Arrays.toString(stored.shape()), Arrays.toString(target.shape())));
    }
    stored.read(this::copy, target);
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(content.metadata);
  }

  @Override
  public Path file(String name) {
    stored(name);
    return file;
  }

  @Override
  public void close() {
    close(arena, channel);
  }

  private StoredTensor stored(String name) {
    StoredTensor stored = content.tensors.get(name);
    if (stored == null) {
      throw new InputException(file + ": there is no tensor " + Json.quote(name));
    }
    return stored;
  }
}
