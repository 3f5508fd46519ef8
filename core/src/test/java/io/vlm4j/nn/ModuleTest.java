package io.vlm4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.TensorException;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ModuleTest {
  /** A root with a parameter between two children. */
  private static final class Root extends Module {
    final Mlp first;
    final Linear last;
    final List<Tensor> temporaries = new ArrayList<>();

    Root() {
      first = child("first", new Mlp(2, 3, Activation.GELU, 1, 1));
      parameter("scale", Init.constant(2));
      last = child("last", new Linear(2, 1, 1, false));
    }

    Tensor forward(Tensor x) {
      return call(
          () -> {
            temporaries.add(first.forward(x));
            return last.forward(temporaries.getLast());
          },
          x);
    }

    void add(String name) {
      parameter(name, Init.zeros(1));
    }

    void addChild(String name) {
      child(name, new LayerNorm(1, 1e-5));
    }
  }

  private static Tensor input() {
    return Tensors.of(new float[] {1, 2}, 1, 2);
  }

  @Test
  void parametersHaveDottedNamesInTheOrderOfParameterThenChild() {
    try (var root = new Root()) {
      assertThat(root.parameters().keySet())
          .containsExactly(
              "scale",
              "first.up.weight",
              "first.up.bias",
              "first.down.weight",
              "first.down.bias",
              "last.weight");
      assertThat(root.parameterCount()).isEqualTo(1 + 6 + 3 + 6 + 2 + 2);
      assertThat(root.parameters().values())
          .allMatch(Tensor::requires_grad)
          .allMatch(Tensor::is_leaf);
    }
  }

  @Test
  void aNameIsTakenOnce() {
    try (var root = new Root()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> root.add("scale"))
          .withMessage("Root has a 'scale' already");
      assertThatIllegalArgumentException().isThrownBy(() -> root.add("first"));
      assertThatIllegalArgumentException().isThrownBy(() -> root.addChild("scale"));
      assertThatIllegalArgumentException().isThrownBy(() -> root.addChild("last"));
      assertThat(root.parameterCount()).isEqualTo(20);
    }
  }

  @Test
  void trainingIsSwitchedForTheWholeTree() {
    try (var root = new Root()) {
      assertThat(root.isTraining()).isTrue();
      root.setTraining(false);
      assertThat(List.of(root, root.first, root.last)).noneMatch(Module::isTraining);
      root.setTraining(true);
      assertThat(List.of(root, root.first, root.last)).allMatch(Module::isTraining);
    }
  }

  @Test
  void aCallFreesItsTemporariesAndKeepsParametersAndResult() {
    try (var root = new Root();
        var _ = new Scope()) {
      Tensor result = root.forward(input());
      assertThat(root.temporaries.getFirst().isNull()).isTrue();
      assertThat(Tensors.toFloats(result)).hasSize(1);
      assertThat(root.parameters().values()).noneMatch(tensor -> tensor.isNull());
    }
  }

  @Test
  void parametersOutliveTheScopeTheyWereMadeIn() {
    Root root;
    try (var _ = new Scope()) {
      root = new Root();
    }
    assertThat(root.parameters().values()).noneMatch(tensor -> tensor.isNull());
    var parameters = List.copyOf(root.parameters().values());
    root.close();
    assertThat(parameters).allMatch(tensor -> tensor.isNull());
  }

  @Test
  void aRefusedShapeIsOneLineThatNamesModuleAndShapes() {
    try (var root = new Root();
        var _ = new Scope()) {
      assertThatExceptionOfType(TensorException.class)
          .isThrownBy(() -> root.forward(Tensors.of(new float[5], 1, 5)))
          .satisfies(e ->
              assertThat(e.getMessage())
                  .hasLineCount(1)
                  .startsWith("first.up: ")
                  .contains("[1, 5]", "[3, 2]"));
    }
  }

  @Test
  void tapsShowTheResultOfEveryModuleByItsPath() {
    try (var root = new Root();
        var _ = new Scope()) {
      var seen = new ArrayList<String>();
      try (var _ = Taps.open((path, result) -> seen.add(path + result.size(-1)))) {
        root.forward(input());
      }
      assertThat(seen).containsExactly("first.up3", "first.down2", "first2", "last1", "Root1");
      root.forward(input());
      assertThat(seen).hasSize(5);
    }
  }

  @Test
  void tapsNestAndTheOuterOneReturnsEvenAfterAnException() {
    try (var linear = new Linear(2, 1, 1);
        var _ = new Scope()) {
      var outer = new ArrayList<String>();
      var inner = new ArrayList<String>();
      try (var _ = Taps.open((path, _) -> outer.add(path))) {
        assertThatIllegalStateException()
            .isThrownBy(() -> {
              try (var _ = Taps.open((path, _) -> inner.add(path))) {
                linear.forward(input());
                throw new IllegalStateException("a bug");
              }
            });
        linear.forward(input());
      }
      linear.forward(input());
      assertThat(inner).containsExactly("Linear");
      assertThat(outer).containsExactly("Linear");
    }
  }

  @Test
  void tapsOfOneThreadDoNotSeeAnother() throws InterruptedException {
    var seen = new ArrayList<String>();
    try (var linear = new Linear(2, 1, 1);
        var _ = Taps.open((path, _) -> seen.add(path))) {
      Thread.ofPlatform()
          .start(() -> {
            try (var _ = new Scope()) {
              linear.forward(input());
            }
          })
          .join();
    }
    assertThat(seen).isEmpty();
  }
}
