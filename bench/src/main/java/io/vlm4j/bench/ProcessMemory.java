package io.vlm4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says of the memory of this process, in megabytes of a million bytes. */
final class ProcessMemory {
  private ProcessMemory() {}

  /** What is in the machine's memory now; -1 where nobody says. */
  static long resident() throws IOException {
    return field("VmRSS:");
  }

  /** The most that it was so far; -1 where nobody says. */
  static long peak() throws IOException {
    return field("VmHWM:");
  }

  private static long field(String name) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return -1;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) * 1024 / 1_000_000)
        .findFirst()
        .orElse(-1);
  }
}
