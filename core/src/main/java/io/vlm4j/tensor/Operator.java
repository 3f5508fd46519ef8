package io.vlm4j.tensor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorHandleOptional;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.jspecify.annotations.Nullable;

/**
 * An operator of libtorch found by its name in the dispatcher: the way to what the Java bindings do
 * not map, such as the fused optimisers.
 *
 * <p>A call costs some microseconds for the boxing of its arguments; texts and empty lists are
 * boxed once.
 */
public final class Operator {
  static {
    Engine.load();
  }

  private static final IValue NONE = Scope.keep(new IValue());

  private final String name;
  private final OperatorHandle handle;
  private final long arity;

  /**
   * Texts and empty lists, which are the same in every call: boxing them takes longer than most.
   */
  private final Map<Object, IValue> constants = new ConcurrentHashMap<>();

  /** What lists are lists of, by their place among the arguments. */
  private final Map<Integer, Type.TypePtr> elements = new ConcurrentHashMap<>();

  private Operator(String name, OperatorHandle handle) {
    this.name = name;
    this.handle = handle;
    arity = handle.schema().arguments().limit();
  }

  /**
   * The operator {@code aten::name.overload}; the default overload has an empty name.
   *
   * @throws TensorException if there is none
   */
  public static Operator aten(String name, String overload) {
    return find("aten", name, overload)
        .orElseThrow(() -> new TensorException("libtorch has no operator aten::" + name));
  }

  /**
   * The operator {@code library::name.overload}, or none: some depend on how libtorch was built.
   */
  public static Optional<Operator> find(String library, String name, String overload) {
    try (var _ = new PointerScope()) {
      OperatorHandleOptional found =
          Dispatcher.singleton().findSchema(new OperatorName(library + "::" + name, overload));
      return found.has_value()
          ? Optional.of(new Operator(name, Scope.keep(new OperatorHandle(found.get()))))
          : Optional.empty();
    }
  }

  /**
   * Calls the operator for its effect on its arguments.
   *
   * @param arguments in the schema's order: tensors, lists of tensors, doubles, longs, booleans,
   *     strings, or null for an absent optional one
   * @throws TensorException if the operator refuses them
   */
  public void call(@Nullable Object... arguments) {
    try (var _ = new PointerScope()) {
      run(arguments);
    } catch (RuntimeException e) {
      throw TensorException.of(name, e);
    }
  }

  /**
   * Calls the operator for the one tensor that it gives.
   *
   * @param arguments as those of {@link #call}
   * @throws TensorException if the operator refuses them
   */
  public Tensor result(@Nullable Object... arguments) {
    try {
      // The stack owns what lies on it, and so a tensor of our own is made of that.
      return Scope.run(() -> new Tensor(run(arguments).back().toTensor()));
    } catch (RuntimeException e) {
      throw TensorException.of(name, e);
    }
  }

  private IValueVector run(@Nullable Object... arguments) {
    if (arguments.length != arity) { // libtorch would read what is not there
      throw new IllegalArgumentException(
          "%s takes %d arguments, not %d".formatted(name, arity, arguments.length));
    }
    var stack = new IValueVector();
    for (int i = 0; i < arguments.length; i++) {
      stack.push_back(box(arguments[i], i));
    }
    handle.callBoxed(stack);
    return stack;
  }

  private IValue box(@Nullable Object argument, int place) {
    return switch (argument) {
      case null -> NONE;
      case Tensor tensor -> new IValue(tensor);
      case Double number -> new IValue(number.doubleValue());
      case Long number -> new IValue(number.longValue());
      case Boolean flag -> new IValue(flag.booleanValue());
      case String text -> constants.computeIfAbsent(text, _ -> Scope.keep(new IValue(text)));
      case List<?> none when none.isEmpty() ->
          constants.computeIfAbsent(place, _ -> Scope.keep(new IValue(listAt(place))));
      case List<?> tensors -> {
        GenericList list = listAt(place);
        list.reserve(tensors.size());
        tensors.forEach(tensor -> list.push_back(new IValue((Tensor) tensor)));
        yield new IValue(list);
      }
      default ->
          throw new IllegalArgumentException("cannot pass a " + argument.getClass().getName());
    };
  }

  /** An empty list of what the operator takes there; it does not say it itself. */
  private GenericList listAt(int place) {
    return new GenericList(
        elements.computeIfAbsent(place, _ -> Scope.keep(listTypeAt(place).containedTypes().at(0))));
  }

  private Type listTypeAt(int place) {
    return handle.schema().arguments().getPointer(place).type().get();
  }
}
