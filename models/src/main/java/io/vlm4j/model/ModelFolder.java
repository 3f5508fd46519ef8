package io.vlm4j.model;

import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.TensorSource;
import io.vlm4j.io.hub.FileSelection;
import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.ModelLocation;
import io.vlm4j.io.hub.Progress;
import io.vlm4j.nn.Init;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model in files, in the Hugging Face or the OpenCLIP layout: its configuration is read, its
 * weights are not.
 */
public final class ModelFolder {
  /** What LLaVA's first stage leaves: a projector without the models that it stands between. */
  private static final String PROJECTOR = "mm_projector.bin";

  private final Path path;
  private final Layout layout;
  private final Path weights;
  private final ObjectNode config;
  private final @Nullable PartFolder part;
  private final ModelSpec<?> spec;

  private ModelFolder(Path path, Layout layout, Path weights) {
    this.path = path;
    this.layout = layout;
    this.weights = weights;
    Path file = path.resolve(layout.configFile());
    ObjectNode own = Json.readObject(file);
    try {
      part = PartFolder.of(path, layout, own, weights).orElse(null);
      config = part == null ? own : part.complete(own);
      spec = ForeignConfigs.read(layout, config);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * From what a user calls a model to the folder that has it, as {@link ModelLocation#resolve};
   * what that folder leaves to another model of the hub is fetched too.
   *
   * @throws InputException if there is no such name, or if something cannot be fetched
   */
  public static Path resolve(String name, Hub hub, Progress progress) {
    Path folder = ModelLocation.resolve(name, hub, progress);
    if (!hub.isOffline()) {
      PartFolder.toFetch(folder)
          .ifPresent(part -> hub.snapshot(part, FileSelection.model(), progress));
    }
    return folder;
  }

  /**
   * Looks at a folder; where it holds both layouts, Hugging Face's is taken.
   *
   * @throws InputException if it is no model folder, or of a model that is not supported
   */
  public static ModelFolder open(Path folder) {
    InputException incomplete = null;
    for (Layout layout : Layout.values()) {
      if (Files.isRegularFile(folder.resolve(layout.configFile()))) {
        Optional<Path> weights = layout.weights(folder);
        if (weights.isPresent()) {
          return new ModelFolder(folder, layout, weights.get());
        }
        boolean isProjector = Files.isRegularFile(folder.resolve(PROJECTOR));
        incomplete =
            new InputException(
                "cannot read "
                    + folder.resolve(layout.weightsFile())
                    + ": there is no such file, nor another with weights"
                    + (isProjector ? "; %s is a projector alone".formatted(PROJECTOR) : ""));
      }
    }
    throw incomplete != null
        ? incomplete
        : new InputException(
            folder + " is no model folder: it has neither config.json nor open_clip_config.json");
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** How it names its files and tensors. */
  public Layout layout() {
    return layout;
  }

  /** The file of the weights, or the index of several. */
  public Path weightsFile() {
    return weights;
  }

  /** The model that it describes. */
  public ModelSpec<?> spec() {
    return spec;
  }

  /**
   * How its pictures become pixels.
   *
   * @throws InputException if the model reads no pictures
   */
  public Preprocessing preprocessing() {
    if (!spec.readsPictures()) {
      throw new InputException(reads("no pictures"));
    }
    Preprocessing usual = spec.preprocessing();
    return spec.family()
        .preprocessing(
            config,
            RecipeFiles.read(
                path, layout, config, part == null ? usual : part.preprocessing(usual)));
  }

  /**
   * How its texts become tokens; the caller closes it.
   *
   * @throws InputException if the model reads no texts, or its tokenizer cannot be read
   */
  public Tokenizer tokenizer() {
    if (!spec.readsTexts()) {
      throw new InputException(reads("no texts"));
    }
    return tokenizer(spec.contextLength());
  }

  private String reads(String nothing) {
    return "%s: a %s model reads %s".formatted(path, spec.family().name(), nothing);
  }

  Tokenizer tokenizer(int contextLength) {
    return Tokenizer.read(path, contextLength);
  }

  /** The tensors; the caller closes them. */
  public TensorSource weights() {
    TensorSource own = TensorSource.open(weights);
    return part == null ? own : part.join(own);
  }

  /** How the weights fit the model, from names and shapes alone. */
  public LoadReport report() {
    try (TensorSource source = weights()) {
      return plan(spec, source).report();
    }
  }

  LoadPlan plan(ModelSpec<?> wanted, TensorSource source) {
    return new LoadPlan(wanted.shapes(), keys(), Map.copyOf(wanted.family().positions()), source);
  }

  KeyMap keys() {
    return spec.family().keys(layout, config);
  }

  ForeignConfigs configs() {
    return isReadOnly() ? new ForeignConfigs() : new ForeignConfigs(layout, config);
  }

  private boolean isReadOnly() {
    return spec.family().isReadOnly(layout, config);
  }

  /** How dialogues become texts: as the folder's template says, or as its family learns them. */
  Optional<ChatTemplate> chatTemplate(String end) {
    return ChatTemplate.read(path).or(() -> spec.family().dialogueTemplate(path, config, end));
  }

  /**
   * A model with its values.
   *
   * @param spec the model's configuration, which options may have changed
   * @param model the caller closes it
   * @param report how the weights fitted
   */
  public record Loaded(ModelSpec<?> spec, Model model, LoadReport report) {}

  /**
   * Reads the weights into a model. Each tensor is read once, into the memory of its parameter; for
   * int8, as the file has it, and held in 8 bits before the next is read.
   *
   * @throws InputException if they do not fit and {@code options} are not lenient, or if int8 is
   *     asked for and no such model is known in it
   */
  public Loaded load(LoadOptions options, Device device) {
    ModelSpec<?> wanted = wanted(options);
    Precision held = options.precision().on(device);
    Set<String> int8 = held == Precision.INT8 ? wanted.int8Names() : Set.of();
    try (TensorSource source = weights()) {
      LoadPlan plan = plan(wanted, source);
      if (!options.lenient() || !int8.isEmpty()) {
        plan.report().requireExact(weights.toString());
      }
      Model model =
          int8.isEmpty()
              ? create(wanted, plan.report().isComplete(), held.type())
              : places(wanted, int8);
      try {
        plan.run(model, int8);
        model.to(device);
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
      return new Loaded(wanted, model, plan.report());
    }
  }

  /** The template of dialogues, if the folder has none that could be copied from it. */
  Optional<ChatTemplate> unwrittenTemplate() {
    return isReadOnly() && ChatTemplate.read(path).isEmpty() ? chatTemplate("") : Optional.empty();
  }

  /** What a folder in a layout names the tensors, by the configuration file that it will have. */
  KeyMap keys(Layout to) {
    return spec.family().keys(to, configs().write(to, spec, preprocessingOrNull()));
  }

  /**
   * Writes a folder like this one with other weights: in the same layout, with its configuration,
   * the files of its tokenizer and all others.
   *
   * @param model of this folder's {@link #spec()}
   * @param card the new folder's {@code README.md}
   */
  public void writeWith(Model model, String card, Path target) {
    var writer = new FolderWriter(layout, spec, keys(layout), configs(), preprocessingOrNull());
    AtomicFiles.writeFolder(
        target,
        folder -> {
          Converter.copyOthers(path, folder, new ArrayList<>());
          unwrittenTemplate().ifPresent(template -> template.write(folder));
          writer.write(folder, model.weights(), null);
          AtomicFiles.writeString(folder.resolve("README.md"), card);
        });
  }

  /** Where its files are: the folder, and that of a part which lies elsewhere. */
  public List<Path> folders() {
    return part == null || part.path() == null ? List.of(path) : List.of(path, part.path());
  }

  /** How its pictures become pixels, or null if it reads none. */
  @Nullable Preprocessing preprocessingOrNull() {
    return spec.readsPictures() ? preprocessing() : null;
  }

  private ModelSpec<?> wanted(LoadOptions options) {
    ModelSpec<?> wanted = spec;
    if (options.imageSize() != null) {
      wanted = wanted.withImageSize(options.imageSize());
    }
    return options.contextLength() == null
        ? wanted
        : wanted.withContextLength(options.contextLength());
  }

  /** Has no memory yet for what will be held in 8 bits. */
  private static Model places(ModelSpec<?> spec, Set<String> int8) {
    try (var _ = Init.places()) {
      Model model = spec.create();
      model.allocate(int8);
      return model;
    }
  }

  /** Random values are drawn only where some will stay. */
  private static Model create(ModelSpec<?> spec, boolean isComplete, ScalarType type) {
    Engine.load();
    if (!isComplete) {
      Model model = spec.create();
      model.to(type);
      return model;
    }
    try (var _ = Init.unset(type)) {
      return spec.create();
    }
  }
}
