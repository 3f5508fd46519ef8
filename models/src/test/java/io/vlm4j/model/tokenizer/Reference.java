package io.vlm4j.model.tokenizer;

import io.vlm4j.io.Json;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Layout;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Values that PyTorch 2.13 gave for the systems written out from their papers and their published
 * layouts, with weights and pictures that are sines: {@code sin(step i + k)}, k being the place of
 * a tensor's name in the layout, sorted.
 */
final class Reference {
  private static final double STEP = 1.3;

  private Reference() {}

  /** What is known of a system. */
  static JsonNode of(String name) {
    try (InputStream in = Reference.class.getResourceAsStream("reference.json")) {
      byte[] json = Objects.requireNonNull(in).readAllBytes();
      return Json.parse(new String(json, StandardCharsets.UTF_8)).path(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> names(JsonNode reference) {
    return reference.path("names").valueStream().map(node -> node.asString()).toList();
  }

  static float[] floats(JsonNode values) {
    var floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.path(i).floatValue();
    }
    return floats;
  }

  /** A model of that YAML. */
  static Model create(String yaml) {
    return ModelSpec.parse(Json.fromYaml(yaml, ObjectNode.class, "test"), "test").create();
  }

  /** Two pictures of 16 x 16 pixels. */
  static Tensor pictures() {
    int count = 2 * 3 * 16 * 16;
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (0.5 + 0.5 * Math.sin(0.37 * i + 0.25));
    }
    return Tensors.of(values, 2, 3, 16, 16);
  }

  /** Sets a model's weights to the reference's. */
  static void fill(Model model, TokenizerFamily<?> family) {
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      var theirs =
          new TreeMap<String, Tensor>(family.keys(Layout.HUGGING_FACE).toTheirs(model.weights()));
      int k = 0;
      for (var entry : theirs.entrySet()) {
        entry.getValue().copy_(values(entry.getKey(), entry.getValue(), k++));
      }
    }
  }

  private static Tensor values(String name, Tensor like, int k) {
    int count = Math.toIntExact(like.numel());
    var values = new float[count];
    double scale = like.dim() == 1 ? 0.1 : 1.5 / Math.sqrt((double) count / like.size(0));
    double middle = like.dim() == 1 && name.contains("norm") && name.endsWith("weight") ? 1 : 0;
    for (int i = 0; i < count; i++) {
      values[i] = (float) (middle + scale * Math.sin(STEP * i + k));
    }
    return Tensors.of(values, like.shape());
  }

  static void scale(Tensor tensor, float factor) {
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      tensor.mul_(new Scalar(factor));
    }
  }

  /** Every seventh value of what a tokenizer makes of the reference's pictures. */
  static float[] everySeventh(ImageTokenizer tokenizer) {
    try (var _ = new Scope()) {
      float[] all = Tensors.toFloats(tokenizer.decode(tokenizer.encode(pictures())));
      var some = new float[(all.length + 6) / 7];
      for (int i = 0; i < some.length; i++) {
        some[i] = all[7 * i];
      }
      return some;
    }
  }
}
