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
import org.bytedeco.pytorch.global.torch.ScalarType;
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

  /** With a buffer, a frozen child and a scaffold that has both. */
  private static final class Whole extends Module {
    final Linear frozen = child("frozen", new Linear(1, 1, 1));
    final Part part;

    Whole() {
      buffer("mean", Init.constant(3, 2));
      child("linear", new Linear(1, 1, 1, false));
      part = scaffold("part", Part::new);
      frozen.freeze();
    }
  }

  private static final class Part extends Module {
    final Tensor weight = parameter("weight", Init.constant(5, 1));
    final Tensor count = buffer("count", Init.constant(7, 1));
  }

  @Test
  void gradientsMoveParametersCheckpointsHoldTheStateAndFoldersTheWeights() {
    try (var whole = new Whole()) {
      assertThat(whole.parameters().keySet()).containsExactly("linear.weight", "part.weight");
      assertThat(whole.state().keySet())
          .containsExactly(
              "mean", "frozen.weight", "frozen.bias", "linear.weight", "part.weight", "part.count");
      assertThat(whole.weights().keySet())
          .containsExactly("mean", "frozen.weight", "frozen.bias", "linear.weight");
    }
  }

  @Test
  void aFrozenChildStaysInEvaluationAndHasNoGradient() {
    try (var whole = new Whole()) {
      whole.setTraining(true);
      assertThat(whole.isTraining()).isTrue();
      assertThat(whole.frozen.isTraining()).isFalse();
      assertThat(whole.state().get("frozen.weight").requires_grad()).isFalse();
      assertThat(whole.state().get("mean").requires_grad()).isFalse();
    }
  }

  @Test
  void aScaffoldHasItsFirstValuesWhereTheOthersAreLeftOut() {
    try (var _ = Init.unset(ScalarType.Float);
        var whole = new Whole()) {
      assertThat(whole.part.weight.item_double()).isEqualTo(5);
      assertThat(whole.part.count.item_double()).isEqualTo(7);
    }
    try (var _ = Init.shapes();
        var whole = new Whole()) {
      assertThat(whole.part.weight.is_meta()).isTrue();
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
