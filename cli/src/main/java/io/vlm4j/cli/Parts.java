package io.vlm4j.cli;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Device;

/** Models that exist, from which a new one takes parts. */
final class Parts {
  private final SequencedMap<String, ModelFolder> folders = new LinkedHashMap<>();

  /**
   * Finds the models.
   *
   * @param models a folder or one of the hub, by the part's name
   */
  Parts(Map<String, String> models) {
    models.forEach((part, model) -> {
      try {
        folders.put(part, ModelFolder.open(new NamedModel(model).folder()));
      } catch (InputException e) {
        throw new InputException("part '%s': %s".formatted(part, e.getMessage()), e);
      }
    });
  }

  /** The model with the configurations of its parts. */
  ModelSpec<?> configure(ModelSpec<?> spec) {
    ModelSpec<?> whole = spec;
    for (var part : folders.entrySet()) {
      whole = whole.withPart(part.getKey(), part.getValue().spec());
    }
    return whole;
  }

  /** Copies the parts' weights into a model of {@link #configure}d sizes. */
  void fill(Model model, Device device) {
    folders.forEach((part, folder) -> {
      try (Model source = folder.load(LoadOptions.DEFAULT, device).model()) {
        model.adopt(part, source);
      }
    });
  }

  /** The folder of the part whose tokenizer is the model's, if it is one of these. */
  Optional<ModelFolder> tokenizer(ModelSpec<?> spec) {
    return spec.family().tokenizerPart().map(folders::get);
  }

  /** How pictures are prepared: as one of the parts wants it, or as the configuration does. */
  Preprocessing preprocessing(ModelSpec<?> spec) {
    return spec.family()
        .preprocessingPart()
        .map(folders::get)
        .map(ModelFolder::preprocessing)
        .orElseGet(spec::preprocessing);
  }
}
