package io.vlm4j.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What the native libraries say of themselves, and how quick they are: for a person to read. */
public final class EngineFacts {
  private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");
  private static final int SIDE = 768;

  private EngineFacts() {}

  /** libtorch's version; a question mark if it does not say. */
  public static String version() {
    Engine.load();
    try (var _ = new Scope()) {
      Matcher version = VERSION.matcher(torch.show_config().getString());
      return version.find() ? version.group(1) : "?";
    }
  }

  /** The instructions that libtorch's own kernels use, such as {@code AVX2}. */
  public static String cpuCapability() {
    Engine.load();
    try (var _ = new Scope()) {
      return torch.get_cpu_capability().getString();
    }
  }

  /** The folder into which JavaCPP unpacks native libraries; the engine need not work. */
  public static Path cache() {
    try {
      return Loader.getCacheDir().toPath();
    } catch (IOException e) {
      throw new UncheckedIOException("JavaCPP has no cache folder", e);
    }
  }

  /** The kernels that OpenBLAS has chosen for this processor, such as {@code Haswell}. */
  public static Optional<String> blasKernel() {
    return OpenBlas.text("openblas_get_corename");
  }

  /** How OpenBLAS was built. */
  public static Optional<String> blasBuild() {
    return OpenBlas.text("openblas_get_config");
  }

  /** Threads of OpenBLAS. */
  public static int blasThreads() {
    return OpenBlas.threads();
  }

  /** The number of CUDA devices. */
  public static int cudaDevices() {
    Engine.load();
    return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
  }

  /** Instructions of this processor that multiply bf16; empty if it has none, or is no Linux. */
  public static Set<String> bf16Instructions() {
    var known = new TreeSet<>(Precision.CPU_BF16);
    known.retainAll(Engine.cpuFlags());
    return known;
  }

  /**
   * Products of f32 matrices in 10^9 operations a second, the best of a few; the number of threads
   * is that of {@link Engine#setThreads}. Takes about {@code seconds}.
   *
   * @throws TensorException if a product is wrong
   */
  public static double gigaflops(double seconds) {
    Engine.load();
    double best = Double.MAX_VALUE;
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor ones = Tensors.zeros(ScalarType.Float, SIDE, SIDE).add_(new Scalar(1));
      long begin = System.nanoTime();
      for (int i = 0; i < 2 || System.nanoTime() - begin < seconds * 1e9; i++) {
        try (var _ = new Scope()) {
          long start = System.nanoTime();
          Tensor product = ones.matmul(ones);
          best = Math.min(best, System.nanoTime() - start);
          float first = Tensors.toFloats(Tensors.slice(product, 0, 0, 1))[0];
          if (first != SIDE) {
            throw new TensorException("a product of ones is " + first + ", not " + SIDE);
          }
        }
      }
    }
    return 2.0 * SIDE * SIDE * SIDE / best;
  }
}
