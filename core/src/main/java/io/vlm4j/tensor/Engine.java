package io.vlm4j.tensor;

import io.vlm4j.io.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch into the process, once and safely, and holds the settings that belong to the whole
 * process: threads, seed, device.
 *
 * <p>Every class of this package loads the engine by itself; call {@link #load()} only to choose
 * the moment. Settings that libraries read when they are loaded (how OpenMP and OpenBLAS threads
 * wait) are put into the process environment first, and never over a value that the user has set:
 * without them the two thread pools spin against each other and training runs at half speed. Memory
 * that tensors no longer need stays with the process, for those of the next step.
 */
public final class Engine {
  /** What the native libraries read from the environment when they are loaded. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OMP_WAIT_POLICY", "passive", "GOMP_SPINCOUNT", "3000", "OPENBLAS_THREAD_TIMEOUT", "4");

  static {
    ENVIRONMENT.forEach(CLibrary::setEnvironmentDefault);
    CLibrary.keepFreedMemory();
    // JavaCPP's own limits count mapped weights as used memory and then refuse to allocate.
    setPropertyDefault("org.bytedeco.javacpp.maxphysicalbytes", "0");
    setPropertyDefault("org.bytedeco.javacpp.maxbytes", "0");
    extractLibraries();
    Loader.load(torch.class);
  }

  private Engine() {}

  /** Loads the native libraries if they are not loaded yet. */
  public static void load() {
    // The static initialiser has done it.
  }

  /** Sets the number of threads that one operation may use; the whole process shares them. */
  public static void setThreads(int threads) {
    if (threads < 1) {
      throw new InputException("threads must be at least 1, not " + threads);
    }
    torch.set_num_threads(threads);
    OpenBlas.setThreads(threads);
  }

  /** The number of threads that one operation may use. */
  public static int threads() {
    return torch.get_num_threads();
  }

  /**
   * Lets the calling thread give way to others from now on: for what is prepared ahead. The threads
   * of an operation wait for the last of them, so each time that one stands behind a thread like
   * this, all do. On Linux; elsewhere nothing changes.
   */
  public static void runInBackground() {
    CLibrary.lowerThreadPriority();
  }

  /** Seeds libtorch's random numbers, on every device. */
  public static void seed(long seed) {
    torch.manual_seed(seed);
  }

  /**
   * The device of that name.
   *
   * @param name {@code cpu}, {@code cuda} or {@code cuda:N}
   * @throws InputException if the name is not a device's, or no such device is here
   */
  public static Device device(String name) {
    if (!name.matches("cpu|cuda(:\\d+)?")) {
      throw new InputException("unknown device '" + name + "': use cpu, cuda or cuda:N");
    }
    if (name.startsWith("cuda") && !torch.cuda_is_available()) {
      throw new InputException(
          "device '"
              + name
              + "' asked for, but no CUDA device is usable here"
              + " (was vlm4j built with -Pcuda?): use cpu");
    }
    return new Device(name);
  }

  /** What the processor can do, as Linux names it; empty on other systems. */
  static Set<String> cpuFlags() {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return Set.of();
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .map(line -> Set.copyOf(List.of(line.substring(line.indexOf(':') + 1).split("\\s+"))))
          .orElse(Set.of());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + info, e);
    }
  }

  /**
   * Unpacks the libraries that libtorch consists of, in the order in which they need one another.
   * The loader would open {@code libtorch.so} before {@code libtorch_cpu.so} is unpacked, and bind
   * another libtorch of the system in its place. A file lock keeps other JVMs out: they share the
   * cache.
   */
  private static void extractLibraries() {
    Properties platform = Loader.loadProperties();
    String folder = "/org/bytedeco/pytorch/" + platform.getProperty("platform") + "/";
    try {
      Path cache = Loader.getCacheDir().toPath();
      Files.createDirectories(cache);
      try (var channel =
              FileChannel.open(
                  cache.resolve(".vlm4j-lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        for (String library : List.of("c10", "torch_cpu", "torch")) {
          Loader.cacheResource(
              Loader.class,
              folder
                  + platform.getProperty("platform.library.prefix")
                  + library
                  + platform.getProperty("platform.library.suffix"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack libtorch into JavaCPP's cache", e);
    }
  }

  private static void setPropertyDefault(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
