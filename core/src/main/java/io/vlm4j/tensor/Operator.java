package io.vlm4j.tensor;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.jspecify.annotations.Nullable;

/**
 * An operator of libtorch found by its name in the dispatcher: the way to what the Java bindings do
 * not map, such as the fused optimisers.
 *
 * <p>A call costs some microseconds for the boxing of its arguments.
 */
public final class Operator {
  static {
    Engine.load();
  }

  private final String name;
  private final OperatorHandle handle;

  private Operator(String name, OperatorHandle handle) {
    this.name = name;
    this.handle = handle;
  }

  /**
   * The operator {@code aten::name.overload}; the default overload has an empty name.
   *
   * @throws TensorException if there is none
   */
  public static Operator aten(String name, String overload) {
    try {
      return new Operator(
          name, Scope.keep(Dispatcher.singleton().findSchemaOrThrow("aten::" + name, overload)));
    } catch (RuntimeException e) {
      throw TensorException.of(name, e);
    }
  }

  /**
   * Calls the operator for its effect on its arguments.
   *
   * @param arguments in the schema's order: tensors, lists of tensors, doubles, longs, booleans, or
   *     null for an absent optional one
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
    var stack = new IValueVector();
    for (Object argument : arguments) {
      stack.push_back(box(argument));
    }
    handle.callBoxed(stack);
    return stack;
  }

  private static IValue box(@Nullable Object argument) {
    return switch (argument) {
      case null -> new IValue();
      case Tensor tensor -> new IValue(tensor);
      case Double number -> new IValue(number.doubleValue());
      case Long number -> new IValue(number.longValue());
      case Boolean flag -> new IValue(flag.booleanValue());
      case List<?> tensors -> {
        var list = new GenericList(new Type.TypePtr(TensorType.get()));
        list.reserve(tensors.size());
        tensors.forEach(tensor -> list.push_back(new IValue((Tensor) tensor)));
        yield new IValue(list);
      }
      default ->
          throw new IllegalArgumentException("cannot pass a " + argument.getClass().getName());
    };
  }
}
