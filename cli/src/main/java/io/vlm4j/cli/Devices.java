package io.vlm4j.cli;

import io.vlm4j.tensor.Engine;
import org.bytedeco.pytorch.Device;
import picocli.CommandLine.Option;

/** Options for where the work is done. */
final class Devices {
  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of one operation (default: one a core).")
  private int threads;

  /** The device, after the threads are set. */
  Device open() {
    Engine.setThreads(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    return Engine.device(device);
  }
}
