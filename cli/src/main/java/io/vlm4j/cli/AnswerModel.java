package io.vlm4j.cli;

import io.vlm4j.io.InputException;
import io.vlm4j.model.AnswerOptions;
import io.vlm4j.model.Chat;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.MemoryPlan;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.tensor.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for which model answers, and how. */
final class AnswerModel {
  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "auto",
      description =
          "Number format of the parameters: f32, bf16, int8 or auto (default: ${DEFAULT-VALUE}).")
  private String precision = "auto";

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "Instructions that stand before the dialogue.")
  private @Nullable String system;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description = "0 takes the most probable token, more draws (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "1",
      description = "Draw of the most probable tokens that sum to P only.")
  private double topP = 1;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "Draw of the K most probable tokens only.")
  private int topK;

  @Option(
      names = "--presence-penalty",
      paramLabel = "P",
      defaultValue = "0",
      description = "Above 0, what the answer has already becomes less probable.")
  private double presencePenalty;

  @Option(
      names = "--frequency-penalty",
      paramLabel = "P",
      defaultValue = "0",
      description = "Above 0, the more so the more often it is there.")
  private double frequencyPenalty;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Seed of what is drawn (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most tokens of an answer (default: ${DEFAULT-VALUE}).")
  private int maxTokens = 256;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Ends the answer where it comes; may be given several times.")
  private List<String> stop = new ArrayList<>();

  /** What is wanted of an answer. */
  AnswerOptions options() {
    return new AnswerOptions(
        temperature,
        topP,
        topK,
        presencePenalty,
        frequencyPenalty,
        seed,
        maxTokens,
        stop,
        Map.of());
  }

  /** What stands before the dialogue; null for nothing. */
  @Nullable String system() {
    return system;
  }

  /**
   * Tells what memory the model will take, and loads it if there is so much.
   *
   * @throws InputException if there is not
   */
  Chat load() {
    Device device = devices.open();
    Path folder = model.folder();
    Precision held = Precision.parse(precision).on(device);
    var spec = ModelFolder.open(folder).spec();
    var plan = MemoryPlan.of(spec, held, device, 1, spec.contextLength());
    Terminal.line("memory", "%s in %s", plan, held.name());
    if (device.is_cpu()) {
      plan.requireFits(MemoryPlan.available());
    }
    return Chat.load(folder, device, LoadOptions.DEFAULT.withPrecision(held));
  }
}
