package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a model folder holds besides the tokenizer: weights, configuration, preprocessing.
 *
 * @param layout how files and tensors are named
 * @param spec the model
 * @param keys how the layout names the tensors of this very model
 * @param configs the files that the model came with
 * @param preprocessing how its pictures become pixels; null if it reads none
 */
record FolderWriter(
    Layout layout,
    ModelSpec<?> spec,
    KeyMap keys,
    ForeignConfigs configs,
    @Nullable Preprocessing preprocessing) {
  /**
   * Writes into a folder that exists.
   *
   * @param ours tensors by our names
   * @param type the number format to write, or null for that of each tensor
   * @throws InputException if some are held in 8 bits
   */
  void write(Path folder, Map<String, Tensor> ours, @Nullable ScalarType type) {
    if (ours.values().stream().anyMatch(t -> t.scalar_type().intern() == ScalarType.Char)) {
      throw new InputException(
          "a model held in int8 is not saved, for it has lost digits: load it in f32 or bf16");
    }
    try (var _ = new Scope()) {
      var tensors = new LinkedHashMap<String, Tensor>();
      keys.toTheirs(ours).forEach((name, tensor) -> tensors.put(name, prepared(tensor, type)));
      // Without the format, transformers refuses the file.
      SafeTensors.write(folder.resolve(layout.weightsFile()), tensors, Map.of("format", "pt"));
    }
    ScalarType held = ours.values().iterator().next().scalar_type();
    AtomicFiles.writeString(
        folder.resolve(layout.configFile()),
        Json.toText(configs.write(layout, spec, preprocessing, type, held)));
    if (layout == Layout.HUGGING_FACE && preprocessing != null) {
      RecipeFiles.writeHuggingFace(folder, preprocessing);
    }
  }

  private static Tensor prepared(Tensor tensor, @Nullable ScalarType type) {
    Tensor plain = tensor.detach();
    return (type != null && plain.is_floating_point() ? plain.to(type) : plain).contiguous();
  }
}
