package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.io.hub.ModelName;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a model folder has an {@link OutsidePart} from.
 *
 * @param path the part's own folder; null if nothing of it is needed
 * @param bringsWeights whether the weights are read there, too
 */
record PartFolder(OutsidePart part, @Nullable Path path, boolean bringsWeights) {
  private static final String CONFIG = "config.json";

  /**
   * Where the model in a folder has what it leaves to another: inside of the folder or beside it,
   * by the last word of the part's name; where the name says, if that is a path; in the hub's
   * cache. The hub is not asked. Empty if the model leaves nothing to another.
   *
   * @param json the model's configuration file
   * @param own the model's own weights
   * @throws InputException if something is needed and not there
   */
  static Optional<PartFolder> of(Path model, Layout layout, ObjectNode json, Path own) {
    return outsidePart(layout, json)
        .map(part -> {
          boolean isInside = holds(own, part);
          Optional<Path> found = find(model, part);
          if (found.isEmpty() && !suffices(isInside, json, part)) {
            throw missing(model, part, isInside);
          }
          return new PartFolder(part, found.orElse(null), !isInside);
        });
  }

  /**
   * What the hub must be asked for before the model in a folder can be opened; empty for nothing.
   */
  static Optional<ModelName.Repository> toFetch(Path model) {
    Layout layout = Layout.HUGGING_FACE;
    Path file = model.resolve(layout.configFile());
    Optional<Path> own = layout.weights(model);
    if (own.isEmpty() || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    ObjectNode json = Json.readObject(file);
    return outsidePart(layout, json)
        .filter(
            part -> find(model, part).isEmpty() && !suffices(holds(own.get(), part), json, part))
        .flatMap(PartFolder::repository);
  }

  private static Optional<OutsidePart> outsidePart(Layout layout, ObjectNode json) {
    return Family.all().stream()
        .filter(family -> family.recognizes(layout, json))
        .findFirst()
        .flatMap(family -> family.outsidePart(layout, json));
  }

  private static boolean holds(Path weights, OutsidePart part) {
    try (TensorSource source = TensorSource.open(weights)) {
      return source.names().stream().anyMatch(name -> name.startsWith(part.tensors()));
    }
  }

  /** Whether a model with the part's weights inside needs nothing else of it. */
  private static boolean suffices(boolean isInside, ObjectNode json, OutsidePart part) {
    return isInside && (part.known() != null || json.has(part.configKey()));
  }

  private static Optional<Path> find(Path model, OutsidePart part) {
    return places(model, part).stream()
        .filter(place -> Files.isRegularFile(place.resolve(CONFIG)))
        .findFirst()
        .or(() ->
            repository(part)
                .flatMap(name -> new Hub(HubSettings.fromEnvironment()).cachedModel(name)));
  }

  private static List<Path> places(Path model, OutsidePart part) {
    var places = new ArrayList<Path>();
    try {
      Path named = Path.of(part.name());
      Path last = named.getFileName();
      if (last != null) {
        places.add(model.resolve(last));
        places.add(model.toAbsolutePath().normalize().resolveSibling(last));
      }
      places.add(named);
    } catch (InvalidPathException _) {
      // Then it is no path.
    }
    return places;
  }

  /** What the part is called on the hub, if its name can be one. */
  private static Optional<ModelName.Repository> repository(OutsidePart part) {
    try {
      return part.name().contains("/")
          ? Optional.of(new ModelName.Repository(part.name(), ModelName.DEFAULT_REVISION))
          : Optional.empty();
    } catch (InputException _) {
      return Optional.empty();
    }
  }

  private static InputException missing(Path model, OutsidePart part, boolean isInside) {
    List<Path> places = places(model, part);
    String put =
        places.isEmpty() ? "" : ": put a folder with it at %s".formatted(places.getFirst());
    String pull =
        repository(part)
            .map(name ->
                "%s fetch it into the hub's cache with 'pull %s'"
                    .formatted(put.isEmpty() ? ":" : ", or", name))
            .orElse("");
    return new InputException(
        "the %s of its %s, '%s', %s neither in the folder, nor beside it, nor in the hub's cache%s%s"
            .formatted(
                isInside ? "configuration" : "weights",
                part.what(),
                part.name(),
                isInside ? "is" : "are",
                put,
                pull));
  }

  /** The model's configuration with the part's in it. */
  ObjectNode complete(ObjectNode config) {
    ObjectNode complete = config.deepCopy();
    if (path != null) {
      Path file = path.resolve(CONFIG);
      try {
        complete.set(part.configKey(), part.config().apply(Json.readObject(file)));
      } catch (InputException e) {
        throw new InputException(
            "%s '%s': %s".formatted(part.what(), part.name(), e.getMessage()), e);
      }
    } else if (part.known() != null && !complete.has(part.configKey())) {
      complete.set(part.configKey(), part.known());
    }
    return complete;
  }

  /** The model's own weights, and the part's if they are not among them; takes over the former. */
  TensorSource join(TensorSource own) {
    if (path == null || !bringsWeights) {
      return own;
    }
    try {
      return new JoinedTensors(own, TensorSource.open(path), part.tensors(), part.ownTensors());
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** How the part's pictures become pixels; {@code usual} if nothing is said. */
  Preprocessing preprocessing(Preprocessing usual) {
    return path == null ? usual : RecipeFiles.read(path, Layout.HUGGING_FACE, Json.object(), usual);
  }
}
