package io.vlm4j.nn;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.TensorException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A tree of named parameters and named children, in the order in which they were registered.
 *
 * <p>A module owns the native memory of its parameters; closing the root frees the whole tree. The
 * work of a module runs within {@link #call}, which frees its temporaries, names the module in
 * errors, and shows its result to the {@link Taps}.
 *
 * <p>A module may be used by one thread at a time.
 */
public abstract class Module implements AutoCloseable {
  static {
    Engine.load();
  }

  private final SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, Module> children = new LinkedHashMap<>();
  private @Nullable Module parent;
  private String name = "";
  private boolean training = true;

  /** Makes a module without parameters. */
  protected Module() {}

  /**
   * Registers a trainable parameter and takes it over.
   *
   * @return the parameter, a leaf that requires a gradient
   */
  protected final Tensor parameter(String name, Tensor value) {
    Scope.keep(value).set_requires_grad(true);
    requireNew(name);
    parameters.put(name, value);
    return value;
  }

  /** Registers a child and takes it over. */
  protected final <M extends Module> M child(String name, M child) {
    requireNew(name);
    Module asModule = child;
    asModule.parent = this;
    asModule.name = name;
    children.put(name, child);
    return child;
  }

  /** The parameters of the whole tree by their dotted names. */
  public final SequencedMap<String, Tensor> parameters() {
    var all = new LinkedHashMap<String, Tensor>();
    collect("", all);
    return Collections.unmodifiableSequencedMap(all);
  }

  /** The number of values in all parameters. */
  public final long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::numel).sum();
  }

  /**
   * Switches what only happens in training (dropout of any kind) on or off, for the whole tree. A
   * module with parameters of which none requires a gradient is not trained: it stays in
   * evaluation.
   */
  public final void setTraining(boolean training) {
    this.training = training && !isFrozen();
    children.values().forEach(child -> child.setTraining(this.training));
  }

  private boolean isFrozen() {
    SequencedMap<String, Tensor> all = parameters();
    return !all.isEmpty() && all.values().stream().noneMatch(Tensor::requires_grad);
  }

  /** Whether the module is being trained. */
  public final boolean isTraining() {
    return training;
  }

  /** Moves all parameters to {@code device}; their identity and gradients are not kept. */
  public final void to(Device device) {
    if (device.is_cpu()) {
      return;
    }
    for (Tensor parameter : parameters().values()) {
      try (var _ = new Scope()) {
        parameter.set_data(parameter.to(device, parameter.scalar_type()));
      }
    }
  }

  /** Holds all parameters as numbers of that type; their identity and gradients are not kept. */
  public final void to(ScalarType type) {
    for (Tensor parameter : parameters().values()) {
      try (var _ = new Scope()) {
        parameter.set_data(parameter.to(type));
      }
    }
  }

  /** The dotted name from the root; the root's own is its class. */
  public final String path() {
    if (parent == null) {
      return getClass().getSimpleName();
    }
    return parent.parent == null ? name : parent.path() + "." + name;
  }

  /**
   * Runs the module's work in a scope of its own.
   *
   * @param inputs what the work is given; named, with their shapes, if it fails
   * @throws TensorException if an operation refuses its inputs
   */
  protected final Tensor call(Supplier<Tensor> work, Tensor... inputs) {
    try {
      Tensor result = Scope.run(work);
      Taps.show(this, result);
      return result;
    } catch (TensorException e) {
      throw e;
    } catch (RuntimeException e) {
      throw TensorException.of(path(), e, inputs);
    }
  }

  /** Frees the parameters of the whole tree. */
  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    children.values().forEach(Module::close);
  }

  private void collect(String prefix, Map<String, Tensor> all) {
    parameters.forEach((name, tensor) -> all.put(prefix + name, tensor));
    children.forEach((name, child) -> child.collect(prefix + name + ".", all));
  }

  private void requireNew(String name) {
    if (parameters.containsKey(name) || children.containsKey(name)) {
      throw new IllegalArgumentException(path() + " has a '" + name + "' already");
    }
  }
}
