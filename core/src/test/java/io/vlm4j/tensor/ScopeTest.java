package io.vlm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private static Tensor tensor() {
    return Tensors.of(new float[] {1, 2, 3}, 3);
  }

  @Test
  void aScopeFreesWhatWasMadeInIt() {
    Tensor tensor;
    try (var _ = new Scope()) {
      tensor = tensor();
      assertThat(tensor.isNull()).isFalse();
    }
    assertThat(tensor.isNull()).isTrue();
  }

  @Test
  void anInnerScopeLeavesTheOuterOnesTensors() {
    try (var _ = new Scope()) {
      Tensor outer = tensor();
      Tensor inner;
      try (var _ = new Scope()) {
        inner = outer.add(new Scalar(1f));
      }
      assertThat(inner.isNull()).isTrue();
      assertThat(Tensors.toFloats(outer)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aResultSurvivesItsScopeAndBelongsToTheEnclosingOne() {
    Tensor result;
    var temporaries = new ArrayList<Tensor>();
    try (var _ = new Scope()) {
      result =
          Scope.run(() -> {
            temporaries.add(tensor());
            return temporaries.getFirst().add(new Scalar(1f));
          });
      assertThat(temporaries.getFirst().isNull()).isTrue();
      assertThat(Tensors.toFloats(result)).containsExactly(2, 3, 4);
    }
    assertThat(result.isNull()).isTrue();
  }

  @Test
  void aResultPassesThroughSeveralScopes() {
    Tensor result;
    try (var _ = new Scope()) {
      result = Scope.run(() -> Scope.run(() -> Scope.run(ScopeTest::tensor)));
      assertThat(Tensors.toFloats(result)).containsExactly(1, 2, 3);
    }
    assertThat(result.isNull()).isTrue();
  }

  @Test
  void withoutAnEnclosingScopeTheCallerClosesTheResult() {
    Tensor result = Scope.run(ScopeTest::tensor);
    assertThat(Tensors.toFloats(result)).containsExactly(1, 2, 3);
    result.close();
    assertThat(result.isNull()).isTrue();
  }

  @Test
  void aResultThatWasThereBeforeStaysWhereItIs() {
    Tensor tensor;
    try (var _ = new Scope()) {
      tensor = tensor();
      Tensor same = Scope.run(() -> tensor);
      assertThat(same).isSameAs(tensor);
      assertThat(Tensors.toFloats(tensor)).containsExactly(1, 2, 3);
    }
    assertThat(tensor.isNull()).isTrue();
  }

  @Test
  void whatIsKeptLivesUntilItIsClosed() {
    Tensor kept;
    try (var _ = new Scope()) {
      try (var _ = new Scope()) {
        kept = Scope.keep(tensor());
      }
      assertThat(Tensors.toFloats(kept)).containsExactly(1, 2, 3);
    }
    assertThat(Tensors.toFloats(kept)).containsExactly(1, 2, 3);
    kept.close();
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void whatIsAdoptedIsFreedWithTheScope() {
    Tensor kept;
    try (var _ = new Scope()) {
      kept = Scope.keep(tensor());
    }
    try (var _ = new Scope()) {
      Scope.adopt(kept);
      assertThat(kept.isNull()).isFalse();
    }
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void aFailureFreesTheTemporaries() {
    var temporaries = new ArrayList<Tensor>();
    assertThatIllegalStateException()
        .isThrownBy(() ->
            Scope.run(() -> {
              temporaries.add(tensor());
              throw new IllegalStateException("a bug");
            }));
    assertThat(temporaries.getFirst().isNull()).isTrue();
  }

  @Test
  void scopesOfOneThreadDoNotOwnTheTensorsOfAnother() throws InterruptedException {
    var made = new ArrayList<Tensor>();
    try (var _ = new Scope()) {
      Thread.ofPlatform().start(() -> made.add(tensor())).join();
    }
    assertThat(made.getFirst().isNull()).isFalse();
    made.getFirst().close();
  }

  @Test
  void noGradEndsWhenItIsClosedAlsoWithinALongerScope() {
    try (var _ = new Scope()) {
      try (var _ = new NoGrad()) {
        assertThat(GradMode.is_enabled()).isFalse();
        try (var _ = new NoGrad()) {
          assertThat(GradMode.is_enabled()).isFalse();
        }
        assertThat(GradMode.is_enabled()).isFalse();
      }
      assertThat(GradMode.is_enabled()).isTrue();
    }
    assertThat(GradMode.is_enabled()).isTrue();
  }

  @Test
  void noGradOutlivesTheScopesWithinIt() {
    try (var _ = new NoGrad()) {
      try (var _ = new Scope()) {
        assertThat(GradMode.is_enabled()).isFalse();
      }
      assertThat(GradMode.is_enabled()).isFalse();
    }
    assertThat(GradMode.is_enabled()).isTrue();
  }

  @Test
  void whatIsComputedWithoutGradientsCannotBeDifferentiated() {
    try (var _ = new Scope()) {
      Tensor x = tensor().set_requires_grad(true);
      try (var _ = new NoGrad()) {
        assertThat(x.add(new Scalar(1f)).requires_grad()).isFalse();
      }
      assertThat(x.add(new Scalar(1f)).requires_grad()).isTrue();
    }
  }
}
