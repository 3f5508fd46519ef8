package io.vlm4j.nn;

import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.TensorException;
import io.vlm4j.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A tree of named parameters, buffers and children, in the order in which they were registered.
 *
 * <p>Parameters are what gradients move; buffers are what belongs to the model and moves otherwise
 * or not at all, such as running means. Parameters below a {@linkplain #freeze frozen} module count
 * as buffers. Both together are the {@linkplain #state state}, which a checkpoint of a run holds. A
 * {@linkplain #scaffold scaffold} serves training alone, such as a discriminator; the state without
 * scaffolds are the {@linkplain #weights weights}, which a model folder holds.
 *
 * <p>A module owns the native memory of its tensors; closing the root frees the whole tree. The
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
  private final SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();
  private final SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
  private final SequencedMap<String, Module> children = new LinkedHashMap<>();
  private @Nullable Module parent;
  private String name = "";
  private boolean training = true;
  private boolean frozen;
  private boolean scaffold;

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

  /**
   * Registers a trainable parameter by which the module multiplies, and takes it over.
   *
   * @param value {@code [out, in]}
   */
  protected final Matrix matrix(String name, Tensor value) {
    var matrix = new Matrix(this, name, parameter(name, value));
    matrices.put(name, matrix);
    return matrix;
  }

  /**
   * Registers a tensor that no gradient moves, and takes it over.
   *
   * @return the tensor; whoever changes it does so in place
   */
  protected final Tensor buffer(String name, Tensor value) {
    Scope.keep(value);
    requireNew(name);
    buffers.put(name, value);
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

  /**
   * Registers a child that serves training alone: it is trained and saved with a run like any
   * other, but no model folder holds it, so that its first values are always drawn.
   *
   * @param make makes the child, which is taken over
   */
  protected final <M extends Module> M scaffold(String name, Supplier<M> make) {
    M child;
    try (var _ = Init.drawn()) {
      child = child(name, make.get());
    }
    Module asModule = child;
    asModule.scaffold = true;
    return child;
  }

  /**
   * Makes this module a part that is used as it is: its parameters become buffers without a
   * gradient, and it stays in evaluation. For pretrained parts of other models.
   */
  public final void freeze() {
    parameters().values().forEach(parameter -> parameter.set_requires_grad(false));
    frozen = true;
    setTraining(false);
  }

  /** The parameters of the whole tree by their dotted names: what gradients move. */
  public final SequencedMap<String, Tensor> parameters() {
    return collected(Kind.PARAMETERS);
  }

  /** The parameters and buffers of the whole tree by their dotted names. */
  public final SequencedMap<String, Tensor> state() {
    return collected(Kind.STATE);
  }

  /** The state without that of scaffolds: what a finished model needs. */
  public final SequencedMap<String, Tensor> weights() {
    return collected(Kind.WEIGHTS);
  }

  /** The parameters of the whole tree that are {@linkplain Matrix matrices}, by their names. */
  public final SequencedMap<String, Matrix> matrices() {
    var all = new LinkedHashMap<String, Matrix>();
    collectMatrices("", all);
    return Collections.unmodifiableSequencedMap(all);
  }

  private void collectMatrices(String prefix, Map<String, Matrix> all) {
    matrices.forEach((name, matrix) -> all.put(prefix + name, matrix));
    children.forEach((name, child) -> child.collectMatrices(prefix + name + ".", all));
  }

  /**
   * Whether something of the tree is held in 8 bits, so that it can be neither trained nor saved.
   */
  public final boolean isInt8() {
    return matrices().values().stream().anyMatch(Matrix::isInt8);
  }

  /** The number of values in all parameters. */
  public final long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::numel).sum();
  }

  /**
   * Switches what only happens in training (dropout of any kind) on or off, for the whole tree. A
   * module with parameters of which none requires a gradient is not trained: it stays in
   * evaluation, as do frozen ones.
   */
  public final void setTraining(boolean training) {
    this.training = training && !frozen && !isFrozen();
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

  /** Moves the whole state to {@code device}; its identity and gradients are not kept. */
  public final void to(Device device) {
    if (device.is_cpu()) {
      return;
    }
    for (Tensor tensor : state().values()) {
      try (var _ = new Scope()) {
        tensor.set_data(tensor.to(device, tensor.scalar_type()));
      }
    }
  }

  /**
   * Holds the whole state but counters as numbers of that type; its identity and gradients are not
   * kept.
   */
  public final void to(ScalarType type) {
    for (Tensor tensor : state().values()) {
      try (var _ = new Scope()) {
        if (tensor.is_floating_point()) {
          tensor.set_data(tensor.to(type));
        }
      }
    }
  }

  /**
   * Gives those of the {@linkplain #weights weights} memory of their own that were made within
   * {@link Init#places}, but for matrices that are to be {@linkplain Matrix#holdInt8 held in 8
   * bits}.
   *
   * @param int8 names of the latter
   */
  public final void allocate(Set<String> int8) {
    weights()
        .forEach((name, tensor) -> {
          try (var _ = new Scope()) {
            if (!int8.contains(name)) {
              tensor.set_data(Tensors.held(tensor.shape(), tensor.options()));
            }
          }
        });
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

  /** Frees the tensors of the whole tree. */
  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
    children.values().forEach(Module::close);
  }

  private enum Kind {
    PARAMETERS,
    STATE,
    WEIGHTS
  }

  private SequencedMap<String, Tensor> collected(Kind kind) {
    var all = new LinkedHashMap<String, Tensor>();
    collect("", kind, all);
    return Collections.unmodifiableSequencedMap(all);
  }

  private void collect(String prefix, Kind kind, Map<String, Tensor> all) {
    if (frozen && kind == Kind.PARAMETERS) {
      return;
    }
    parameters.forEach((name, tensor) -> all.put(prefix + name, tensor));
    if (kind != Kind.PARAMETERS) {
      buffers.forEach((name, tensor) -> all.put(prefix + name, tensor));
    }
    children.forEach((name, child) -> {
      if (!(child.scaffold && kind == Kind.WEIGHTS)) {
        child.collect(prefix + name + ".", kind, all);
      }
    });
  }

  private void requireNew(String name) {
    if (parameters.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
      throw new IllegalArgumentException(path() + " has a '" + name + "' already");
    }
  }
}
