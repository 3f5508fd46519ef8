package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The command line as a user has it: a JVM of its own, with the launcher's flags. */
final class Command {
  private static final long PATIENCE_SECONDS = 120;
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Djava.awt.headless=true",
          "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
          "-Dai.djl.offline=true",
          "-Xshare:auto",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1"); // short runs

  private final List<String> prefix = new ArrayList<>();
  private final List<String> jvm = new ArrayList<>(List.of("-Xmx512m"));
  private final Map<String, String> environment = new HashMap<>();
  private final Path folder;

  /** A command that is run in {@code folder}. */
  Command(Path folder) {
    this.folder = folder;
  }

  /** With more options for the JVM; later ones win. */
  Command withJvm(String... options) {
    jvm.addAll(List.of(options));
    return this;
  }

  /** With a variable of the environment. */
  Command withVariable(String name, Object value) {
    environment.put(name, value.toString());
    return this;
  }

  /** Behind a shell that sets limits first, such as {@code ulimit -f 100}. */
  Command withLimit(String limit) {
    prefix.addAll(List.of("sh", "-c", limit + "; exec \"$@\"", "sh"));
    return this;
  }

  /** How a command ended. */
  record Result(int code, String out, String err) {
    /** It did what was asked, and had nothing to complain about. */
    Result succeeded() {
      assertThat(err).isEmpty();
      assertThat(code).as("exit code").isZero();
      return this;
    }

    /** It failed with one line and nothing else. */
    Result failed(String... parts) {
      assertThat(err.lines()).as("lines of standard error").hasSize(1);
      assertThat(err).startsWith("vlm4j: ").contains(parts).doesNotContain("unexpected");
      assertThat(code).as("exit code").isEqualTo(1);
      return this;
    }

    /** The command line was wrong: one line, and where to find help. */
    Result misused(String... parts) {
      assertThat(err.lines()).as("lines of standard error").hasSize(2);
      assertThat(err).startsWith("vlm4j: ").contains(parts);
      assertThat(err.lines().skip(1).findFirst().orElseThrow()).matches("Try '.* --help'\\.");
      assertThat(code).as("exit code").isEqualTo(2);
      return this;
    }
  }

  /** Runs to the end. */
  Result run(Object... arguments) {
    return start(arguments).await();
  }

  /** Runs in the background. */
  Running start(Object... arguments) {
    var line = new ArrayList<>(prefix);
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(FLAGS);
    line.addAll(jvm);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.vlm4j.cli.Main"));
    for (Object argument : arguments) {
      line.add(argument.toString());
    }
    try {
      Path out = Files.createTempFile("vlm4j", ".out");
      Path err = Files.createTempFile("vlm4j", ".err");
      var builder = new ProcessBuilder(line).directory(folder.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("JAVA_TOOL") || name.startsWith("HF_"));
      builder.environment().putAll(environment);
      return new Running(
          builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command at work. */
  record Running(Process process, Path out, Path err) {
    Result await() {
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("does not end: " + Files.readString(out));
        }
        var result = new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return result;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        process.destroyForcibly();
        throw new AssertionError("interrupted", e);
      }
    }

    /** Looks again and again until something holds; false if the process ends without it. */
    boolean reaches(BooleanSupplier condition) {
      while (process.isAlive()) {
        if (condition.getAsBoolean()) {
          return true;
        }
        LockSupport.parkNanos(10_000_000);
      }
      return condition.getAsBoolean();
    }
  }
}
