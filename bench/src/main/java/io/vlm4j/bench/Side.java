package io.vlm4j.bench;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * One side of a comparison: a command that measures something in a process of its own and prints a
 * line of JSON at the end.
 */
record Side(List<String> command) {
  /** A class of the benchmarks, with a Java like this one; it is told one list behind the other. */
  static Side java(Class<?> main, List<String> first, List<String> arguments) {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xmx1g",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    return new Side(Stream.of(java, first, arguments).flatMap(List::stream).toList());
  }

  /**
   * A twin, a script of the benchmarks that is told the model's configuration first; to be run in
   * the checkout.
   */
  static Side twin(String python, String script, String model, List<String> arguments) {
    String configuration = Json.toLine(Subjects.of(model).toTree());
    List<String> twin = List.of(python, "bench/src/main/python/" + script, configuration);
    return new Side(Stream.of(twin, arguments).flatMap(List::stream).toList());
  }

  /** Whether that Python has torch; says so if it has not. */
  static boolean hasTorch(String python) throws IOException, InterruptedException {
    boolean has;
    try {
      has = new Side(List.of(python, "-c", "import torch")).output().isEmpty();
    } catch (InputException e) {
      has = false;
    }
    if (!has) {
      System.out.println("no torch in " + python + ": PyTorch's side is skipped");
    }
    return has;
  }

  /**
   * Runs it.
   *
   * @return what it prints last
   * @throws InputException with all that it printed, if it fails
   */
  JsonNode run() throws IOException, InterruptedException {
    return Json.parse(output().lines().reduce("", (_, line) -> line));
  }

  private String output() throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    // These halve the speed of OpenBLAS on newer machines, where an environment sets them.
    builder
        .environment()
        .keySet()
        .removeAll(Arrays.asList("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new InputException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new InputException(command.getFirst() + " failed:\n" + output);
    }
    return output;
  }

  /** What two sides measured; the second is missing where there is no twin. */
  record Both(JsonNode ours, JsonNode theirs) {}

  /**
   * Runs two sides in turn.
   *
   * @param theirs null without a twin
   * @param value whose middle run counts
   * @throws InputException if their models are not of the same size
   */
  static Both inTurn(String model, Side ours, @Nullable Side theirs, int rounds, String value)
      throws IOException, InterruptedException {
    var here = new ArrayList<JsonNode>();
    var there = new ArrayList<JsonNode>();
    for (int round = 0; round < rounds; round++) {
      here.add(ours.run());
      if (theirs != null) {
        there.add(theirs.run());
        requireSameSize(model, here.getLast(), there.getLast());
      }
    }
    return new Both(
        median(here, value), there.isEmpty() ? MissingNode.getInstance() : median(there, value));
  }

  /** The run whose value lies in the middle. */
  private static JsonNode median(List<JsonNode> runs, String value) {
    var sorted = new ArrayList<>(runs);
    sorted.sort(Comparator.comparingDouble(run -> run.path(value).asDouble()));
    return sorted.get(sorted.size() / 2);
  }

  /**
   * Refuses to compare what does different work.
   *
   * @throws InputException if the two models are not of the same size
   */
  private static void requireSameSize(String model, JsonNode ours, JsonNode theirs) {
    for (String count : List.of("parameters", "weights")) {
      long here = ours.path(count).asLong();
      long there = theirs.path(count).asLong();
      if (here != there) {
        throw new InputException(
            "%s: vlm4j's model has %,d %s and the twin %,d: they cannot be compared"
                .formatted(model, here, count, there));
      }
    }
  }
}
