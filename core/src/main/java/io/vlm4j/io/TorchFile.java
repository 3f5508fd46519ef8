package io.vlm4j.io;

import io.vlm4j.io.TorchObjects.Storage;
import io.vlm4j.io.TorchObjects.View;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;

/**
 * What {@code torch.save} and {@code torch.jit.save} write: a pickle of a state dictionary, and the
 * storages that its tensors are views of. Nothing that a pickle asks for is executed.
 */
final class TorchFile {
  private static final byte[] LITTLE = "little".getBytes(StandardCharsets.UTF_8);
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long LEGACY_PROTOCOL = 1001;

  /** What a tensor that repeats its values may take beyond what the file holds of it, in bytes. */
  private static final long MAX_REPEATED = 1 << 26;

  private TorchFile() {}

  /**
   * Reads a zip archive with {@code data.pkl}, its storages beside it in {@code data/}.
   *
   * @throws InputException if it is damaged, or holds more than tensors
   */
  static TensorFile.Content readArchive(Path file, MemorySegment bytes) {
    String place = file.toString();
    ZipDirectory entries = ZipDirectory.read(place, bytes);
    List<String> pickles =
        entries.names().stream().filter(name -> name.matches("([^/]+/)?data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw new InputException(place + ": no PyTorch archive, it should hold one data.pkl");
    }
    String pickle = pickles.getFirst();
    String root = pickle.substring(0, pickle.length() - "data.pkl".length());
    if (entries.names().contains(root + "byteorder")) {
      requireLittleEndian(place, entries.get(root + "byteorder"));
    }
    var objects = new TorchObjects(place);
    Object content = Pickle.read(place, new SegmentReader(place, entries.get(pickle), 0), objects);
    return content(place, content, storage -> entries.get(root + "data/" + storage.key()));
  }

  private static void requireLittleEndian(String place, MemorySegment order) {
    if (order.mismatch(MemorySegment.ofArray(LITTLE)) >= 0) {
      throw bigEndian(place);
    }
  }

  /**
   * Reads the form of before PyTorch 1.6: pickles of a magic number, the version, the machine, the
   * content, and the storages' keys; then the storages in that order.
   *
   * @throws InputException if it is damaged, or holds more than tensors
   */
  static TensorFile.Content readLegacy(Path file, MemorySegment bytes) {
    String place = file.toString();
    var objects = new TorchObjects(place);
    var reader = new SegmentReader(place, bytes, 0);
    Object magic = Pickle.read(place, reader, objects);
    if (!magic.equals(MAGIC)) {
      throw new InputException(place + ": a pickle, but not of torch.save");
    }
    Object version = Pickle.read(place, reader, objects);
    if (!version.equals(LEGACY_PROTOCOL)) {
      throw new InputException(place + ": an unknown version of PyTorch's files");
    }
    requireLittleEndian(place, Pickle.read(place, reader, objects));
    Object content = Pickle.read(place, reader, objects);
    var storages = new HashMap<String, MemorySegment>();
    if (!(Pickle.read(place, reader, objects) instanceof List<?> keys)) {
      throw new InputException(place + ": the storages' keys are missing");
    }
    for (Object key : keys) {
      Storage storage = key instanceof String name ? objects.storages().get(name) : null;
      if (storage == null || reader.signedLong() != storage.count()) {
        throw new InputException(place + ": the storages do not fit the tensors");
      }
      storages.put(storage.key(), reader.slice(bytes(storage)));
    }
    return content(
        place,
        content,
        storage -> {
          MemorySegment values = storages.get(storage.key());
          if (values == null) {
            throw new InputException(place + ": a storage is missing");
          }
          return values;
        });
  }

  private static void requireLittleEndian(String place, Object machine) {
    if (machine instanceof Pickle.Dict dict) {
      int index = dict.keys.indexOf("little_endian");
      if (index >= 0 && dict.values.get(index).equals(false)) {
        throw bigEndian(place);
      }
    }
  }

  private static InputException bigEndian(String place) {
    return new InputException(
        place + ": its byte order is not little-endian: save it again on a usual machine");
  }

  private static TensorFile.Content content(
      String place, Object root, Function<Storage, MemorySegment> storages) {
    StateDict.Found found = StateDict.find(place, root);
    var tensors = new LinkedHashMap<String, StoredTensor>();
    found
        .tensors()
        .forEach((name, view) -> {
          try {
            tensors.put(name, stored(view, storages.apply(view.storage())));
          } catch (ArithmeticException e) {
            throw new InputException(
                "%s: %s does not fit into its storage".formatted(place, Json.quote(name)), e);
          }
        });
    return new TensorFile.Content(tensors, found.notes());
  }

  /**
   * The part of a storage that a tensor takes.
   *
   * @throws ArithmeticException if it is outside of the storage, or impossible
   */
  private static StoredTensor stored(View view, MemorySegment storage) {
    Dtype dtype = view.dtype();
    long[] shape = view.shape();
    long size = dtype.bytes(shape);
    requireThat(size >= 0 && view.offset() >= 0 && shape.length == view.strides().length);
    if (size == 0) {
      return new StoredTensor(dtype, shape, MemorySegment.NULL, null);
    }
    boolean isPlain = true;
    long last = 0; // the index of the last value, from the first
    long next = 1; // the stride that a row-major tensor has
    for (int i = shape.length - 1; i >= 0; i--) {
      long stride = view.strides()[i];
      requireThat(stride >= 0);
      last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, stride));
      isPlain &= shape[i] == 1 || stride == next;
      next *= shape[i]; // no more than the size, which is possible
    }
    long begin = Math.multiplyExact(view.offset(), dtype.size());
    long span = Math.multiplyExact(Math.addExact(last, 1), dtype.size());
    long end = Math.addExact(begin, span);
    requireThat(end <= Math.min(storage.byteSize(), bytes(view.storage())));
    requireThat(size <= Math.addExact(span, MAX_REPEATED));
    return new StoredTensor(
        dtype, shape, storage.asSlice(begin, span), isPlain ? null : view.strides());
  }

  private static long bytes(Storage storage) {
    return storage.count() > Long.MAX_VALUE / storage.size()
        ? Long.MAX_VALUE
        : storage.count() * storage.size();
  }

  private static void requireThat(boolean holds) {
    if (!holds) {
      throw new ArithmeticException();
    }
  }
}
