package io.vlm4j.io;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What PyTorch's pickles may name: the functions that put tensors together, number formats, kinds
 * of storage, and objects of TorchScript without their code. Everything else is refused.
 */
final class TorchObjects implements Pickle.World {
  /**
   * A run of values that tensors are views of.
   *
   * @param dtype null if it is just bytes
   * @param count the number of values, or of bytes
   */
  record Storage(@Nullable Dtype dtype, String key, long count) {
    int size() {
      return dtype == null ? 1 : dtype.size();
    }
  }

  /** A tensor: every {@code strides[i]}-th value of a storage, from {@code offset} on. */
  record View(Storage storage, Dtype dtype, long offset, long[] shape, long[] strides) {}

  /** The class of a storage. */
  private record StorageKind(@Nullable Dtype dtype) {}

  private final String place;
  private final Map<String, Storage> storages = new LinkedHashMap<>();

  TorchObjects(String place) {
    this.place = place;
  }

  /** All storages that were referred to, by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  @Override
  public Object global(String module, String name) {
    if (module.equals("__torch__") || module.startsWith("__torch__.")) {
      return function(_ -> new Pickle.Instance());
    }
    String full = module + "." + name;
    return switch (full) {
      case "collections.OrderedDict" -> function(this::dictionary);
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" ->
          function(arguments -> tensor(arguments, false));
      case "torch._utils._rebuild_tensor_v3" -> function(arguments -> tensor(arguments, true));
      case "torch._utils._rebuild_parameter",
          "torch._utils._rebuild_parameter_with_state",
          "torch.Size",
          "torch.device",
          "torch.jit._pickle.build_intlist",
          "torch.jit._pickle.build_doublelist",
          "torch.jit._pickle.build_boollist",
          "torch.jit._pickle.build_tensorlist",
          "torch.jit._pickle.restore_type_tag" ->
          function(arguments -> argument(arguments, 0));
      case "torch.storage.UntypedStorage", "torch.UntypedStorage" -> new StorageKind(null);
      default -> named(module, name, full);
    };
  }

  private Object named(String module, String name, String full) {
    if (module.equals("torch") || module.equals("torch.cuda")) {
      Dtype stored = Dtype.ofStorage(name);
      if (stored != null) {
        return new StorageKind(stored);
      }
      Dtype dtype = Dtype.ofTorch(name);
      if (dtype != null) {
        return dtype;
      }
    }
    throw new InputException(
        "%s: its pickle names %s, which no tensors need: save the model's state_dict() alone"
            .formatted(place, Json.quote(full)));
  }

  private static Object function(Pickle.Function function) {
    return function;
  }

  private Object dictionary(List<?> arguments) {
    if (!arguments.isEmpty()) {
      throw damaged("an OrderedDict made of something");
    }
    return new Pickle.Dict();
  }

  private Object tensor(List<?> arguments, boolean hasType) {
    Storage storage = expect(Storage.class, argument(arguments, 0));
    Dtype dtype = hasType ? expect(Dtype.class, argument(arguments, 6)) : storage.dtype();
    if (dtype == null) {
      throw damaged("a tensor of no type");
    }
    long offset = expect(Long.class, argument(arguments, 1));
    return new View(
        storage, dtype, offset, numbers(argument(arguments, 2)), numbers(argument(arguments, 3)));
  }

  private long[] numbers(Object value) {
    List<?> list = expect(List.class, value);
    if (list.size() > StoredTensor.MAX_DIMENSIONS) {
      throw damaged("a tensor of " + list.size() + " dimensions");
    }
    return list.stream().mapToLong(item -> expect(Long.class, item)).toArray();
  }

  /** A storage, referred to as ("storage", kind, key, device, number of values). */
  @Override
  public Object persistent(Object id) {
    List<?> parts = expect(List.class, id);
    StorageKind kind = expect(StorageKind.class, argument(parts, 1));
    String key = expect(String.class, argument(parts, 2));
    long count = expect(Long.class, argument(parts, 4));
    if (!argument(parts, 0).equals("storage")
        || (parts.size() > 5 && parts.get(5) != Pickle.NONE)
        || count < 0) {
      throw damaged("a reference to something other than a storage");
    }
    var storage = new Storage(kind.dtype, key, count);
    Storage known = storages.putIfAbsent(key, storage);
    if (known != null && !known.equals(storage)) {
      throw damaged("a storage of two kinds");
    }
    return storage;
  }

  private Object argument(List<?> arguments, int index) {
    if (index >= arguments.size()) {
      throw damaged("too few arguments");
    }
    return arguments.get(index);
  }

  private <T> T expect(Class<T> type, Object value) {
    if (!type.isInstance(value)) {
      throw damaged("something else where a " + type.getSimpleName() + " should be");
    }
    return type.cast(value);
  }

  private InputException damaged(String what) {
    return new InputException(place + ": its pickle is damaged: " + what);
  }
}
