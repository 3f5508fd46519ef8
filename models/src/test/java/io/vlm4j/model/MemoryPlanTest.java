package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.vlm4j.io.Json;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class MemoryPlanTest {
  /** Llama 2 of seven billion, of which nothing is allocated here. */
  private static ModelSpec<?> large() {
    return ModelSpec.read(
        Layout.HUGGING_FACE,
        (ObjectNode)
            Json.parse(
                """
                {"model_type": "llama", "max_position_embeddings": 4096, "rms_norm_eps": 1e-05}
                """));
  }

  @Test
  void weightsKeysAndValuesAreCountedByTheirTypes() {
    var device = Engine.device("cpu");
    var plan = MemoryPlan.of(large(), Precision.BF16, device, 1, 4096);
    assertThat(plan.weights()).isEqualTo(2 * 6_738_415_616L);
    long numbers = 2L * 32 * 32 * 128 * 4096; // keys and values, layers, heads, widths, tokens
    assertThat(plan.kept()).isEqualTo(numbers * 2 * 3 / 2);
    assertThat(MemoryPlan.of(large(), Precision.F32, device, 1, 4096).weights())
        .isEqualTo(2 * plan.weights());
  }

  @Test
  void inInt8MatricesAreBytesWithAScaleARowAndOneIsThereInF32WhileItIsLoaded() {
    var plan = MemoryPlan.of(large(), Precision.INT8, Engine.device("cpu"), 1, 16);
    long table = 32_000L * 4096;
    long norms = 65L * 4096;
    long rows = 32 * (5L * 4096 + 2 * 11_008) + 32_000;
    assertThat(plan.weights())
        .isEqualTo(6_738_415_616L - table - norms + 4 * (rows + table + norms));
    assertThat(plan.working()).isEqualTo(4 * table); // the output, which is not tied
    assertThat(plan.kept())
        .isEqualTo(MemoryPlan.of(large(), Precision.F32, Engine.device("cpu"), 1, 16).kept());
  }

  @Test
  void whatCannotFitIsRefusedWithItsNumbers() {
    var plan = MemoryPlan.of(large(), Precision.BF16, Engine.device("cpu"), 1, 4096);
    assertThatCode(() -> plan.requireFits(1L << 40)).doesNotThrowAnyException();
    assertRefused(() -> plan.requireFits(8L << 30), "weights 12.6 GiB", "8.0 GiB", "bf16");
    assertThat(MemoryPlan.available()).isPositive();
  }
}
