package io.vlm4j.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vlm4j.io.TensorSource;
import io.vlm4j.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/** Inputs and outputs of reference implementations, kept beside the project's checkout. */
public final class Fixtures {
  private Fixtures() {}

  /** A folder of fixtures; the calling test is skipped where there is none. */
  public static Path folder(String name) {
    Path folder = Path.of("../../shared/fixtures", name); // tests run in their module's folder
    assumeTrue(Files.isDirectory(folder), "reference fixtures are absent: " + folder);
    return folder;
  }

  /** The tensors of one file of fixtures; the innermost scope owns them. */
  public static SequencedMap<String, Tensor> tensors(String name) {
    Path file = Path.of("../../shared/fixtures", name);
    assumeTrue(Files.isRegularFile(file), "reference fixtures are absent: " + file);
    return TensorSource.readAll(file);
  }

  /** The largest absolute difference of two tensors of one shape. */
  public static double distance(Tensor a, Tensor b) {
    float[] x = Tensors.toFloats(a);
    float[] y = Tensors.toFloats(b);
    if (x.length != y.length) {
      throw new AssertionError("shapes differ: " + x.length + " and " + y.length + " values");
    }
    double distance = 0;
    for (int i = 0; i < x.length; i++) {
      double d = Math.abs(x[i] - y[i]);
      distance = Double.isNaN(d) ? Double.NaN : Math.max(distance, d);
    }
    return distance;
  }
}
