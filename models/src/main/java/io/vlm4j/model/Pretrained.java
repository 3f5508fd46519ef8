package io.vlm4j.model;

import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Strategy;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.io.hub.Progress;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A model with its tokenizer and its preprocessing: pictures and strings in, answers out.
 *
 * <p>Answers are plain Java; no native memory leaves. Any number of threads may use one object:
 * pictures and texts are prepared side by side, the model runs one batch at a time.
 */
public final class Pretrained implements AutoCloseable {
  private static final int CAPTION_TOKENS = 30;
  private static final int BEAMS = 4;

  private final ModelSpec<?> spec;
  private final Model model;
  private final @Nullable Tokenizer tokenizer;
  private final @Nullable Preprocessing preprocessing;
  private final Device device;
  private final Inference inference;
  private ForeignConfigs configs = new ForeignConfigs();

  /**
   * Bundles and takes over what belongs together; the model is switched to evaluation.
   *
   * @param tokenizer null for a model that reads no texts
   * @param preprocessing null for a model that reads no pictures
   */
  public Pretrained(
      ModelSpec<?> spec,
      Model model,
      @Nullable Tokenizer tokenizer,
      @Nullable Preprocessing preprocessing,
      Device device) {
    this.spec = spec;
    this.model = model;
    this.tokenizer = tokenizer;
    this.preprocessing = preprocessing;
    this.device = device;
    inference = new Inference(device);
    model.setTraining(false);
  }

  private Pretrained(
      ModelFolder.Loaded loaded,
      @Nullable Tokenizer tokenizer,
      @Nullable Preprocessing preprocessing,
      Device device,
      ForeignConfigs configs) {
    this(loaded.spec(), loaded.model(), tokenizer, preprocessing, device);
    this.configs = configs;
  }

  /**
   * The model of that name, on the CPU, with f32 parameters.
   *
   * @param name a model folder, or {@code hf:ORG/NAME[@REVISION]} for a model of the Hugging Face
   *     hub, which is downloaded unless the hub's cache has it
   * @throws InputException if there is none, or if a file of it is damaged
   */
  public static Pretrained load(String name) {
    var hub = new Hub(HubSettings.fromEnvironment());
    return load(ModelFolder.resolve(name, hub, Progress.NONE), Engine.device("cpu"));
  }

  /**
   * Reads a model folder in the Hugging Face or the OpenCLIP layout, with f32 parameters.
   *
   * @throws InputException if a file is missing, damaged or does not fit the others
   */
  public static Pretrained load(Path folder, Device device) {
    return load(folder, device, LoadOptions.DEFAULT);
  }

  /**
   * Reads a model folder in the Hugging Face or the OpenCLIP layout.
   *
   * @throws InputException if a file is missing, damaged or does not fit the others
   */
  public static Pretrained load(Path folder, Device device, LoadOptions options) {
    return load(ModelFolder.open(folder), device, options);
  }

  static Pretrained load(ModelFolder files, Device device, LoadOptions options) {
    Preprocessing stored = files.preprocessingOrNull();
    Preprocessing preprocessing =
        stored == null || options.imageSize() == null
            ? stored
            : stored.withSize(options.imageSize());
    ModelFolder.Loaded loaded = files.load(options, device);
    try {
      return new Pretrained(
          loaded,
          loaded.spec().readsTexts() ? files.tokenizer(loaded.spec().contextLength()) : null,
          preprocessing,
          device,
          files.configs());
    } catch (RuntimeException e) {
      loaded.model().close();
      throw e;
    }
  }

  /**
   * Bundles and takes over a model that was made of a folder's, such as by training it on.
   *
   * @param model of the folder's {@link ModelFolder#spec()}
   */
  public static Pretrained of(
      ModelFolder folder, Model model, @Nullable Tokenizer tokenizer, Device device) {
    var bundle =
        new Pretrained(folder.spec(), model, tokenizer, folder.preprocessingOrNull(), device);
    bundle.configs = folder.configs();
    return bundle;
  }

  /**
   * Writes a model folder in the family's first layout, which is Hugging Face's if it has that:
   * weights, configuration, tokenizer, preprocessing.
   */
  public void save(Path folder) {
    save(folder, spec.family().layouts().getFirst());
  }

  /** Writes a model folder: weights, configuration, tokenizer, preprocessing. */
  public void save(Path folder, Layout layout) {
    var writer =
        new FolderWriter(
            layout,
            spec,
            spec.family().keys(layout, configs.write(layout, spec, preprocessing)),
            configs,
            preprocessing);
    AtomicFiles.writeFolder(
        folder,
        path -> {
          writer.write(path, model.weights(), null);
          if (tokenizer != null) {
            tokenizer.write(path);
          }
        });
  }

  /** The model's family and configuration. */
  public ModelSpec<?> spec() {
    return spec;
  }

  /** The model itself. */
  public Model model() {
    return model;
  }

  /**
   * How its texts become tokens.
   *
   * @throws InputException if it reads no texts
   */
  public Tokenizer tokenizer() {
    return read(tokenizer, "texts");
  }

  /**
   * How its pictures become pixels.
   *
   * @throws InputException if it reads no pictures
   */
  public Preprocessing preprocessing() {
    return read(preprocessing, "pictures");
  }

  private <T> T read(@Nullable T how, String what) {
    if (how == null) {
      throw new InputException("a %s model reads no %s".formatted(spec.family().name(), what));
    }
    return how;
  }

  /** Where the model is. */
  public Device device() {
    return device;
  }

  /** The unit vector of width D of the picture in a file. */
  public float[] embedImage(Path file) {
    return embedImages(List.of(ImageDecoder.read(file)))[0];
  }

  /** The unit vector of width D of a text. */
  public float[] embedText(String text) {
    return embedTexts(List.of(text))[0];
  }

  /** One unit vector of width D for each picture. */
  public float[][] embedImages(List<Pixels> pictures) {
    DualEncoder encoder = require(DualEncoder.class, "embed pictures");
    return embedPixels(pictures, this::pixels, encoder);
  }

  /**
   * One unit vector of width D for each picture that {@link Preprocessing#square} has prepared
   * already: so that a reader ahead keeps small pictures only.
   */
  public float[][] embedPrepared(List<Pixels> squares) {
    DualEncoder encoder = require(DualEncoder.class, "embed pictures");
    return embedPixels(squares, preprocessing()::toTensor, encoder);
  }

  /** One unit vector of width D for each text. */
  public float[][] embedTexts(List<String> texts) {
    DualEncoder encoder = require(DualEncoder.class, "embed texts");
    Tokenizer words = tokenizer();
    return inference.rows(
        texts.size(),
        (from, to) -> batch(null, words.encode(texts.subList(from, to))),
        batch -> torch.normalize(encoder.textFeatures(batch.get(Batch.TOKENS))));
  }

  /** The model's encoders by name, and what each reads. */
  public SequencedMap<String, FeatureExtractor.Input> encoders() {
    return require(FeatureExtractor.class, "give features").encoders();
  }

  /**
   * Features by one of the {@link #encoders}, not normalised: one row for each picture, text or
   * pair.
   *
   * @param pictures not used by an encoder of texts alone
   * @param texts not used by an encoder of pictures alone
   */
  public float[][] features(String encoder, List<Pixels> pictures, List<String> texts) {
    FeatureExtractor extractor = require(FeatureExtractor.class, "give features");
    FeatureExtractor.Input input = extractor.encoders().get(encoder);
    if (input == null) {
      throw new InputException(
          "the model has no encoder '%s', only %s"
              .formatted(encoder, extractor.encoders().keySet()));
    }
    boolean hasPictures = input != FeatureExtractor.Input.TEXTS;
    boolean hasTexts = input != FeatureExtractor.Input.PICTURES;
    return inference.rows(
        hasPictures ? pictures.size() : texts.size(),
        (from, to) ->
            batch(
                hasPictures ? pixels(pictures.subList(from, to)) : null,
                hasTexts ? tokenizer().encode(texts.subList(from, to)) : null),
        batch -> extractor.features(encoder, batch.find(Batch.PIXELS), batch.find(Batch.TOKENS)));
  }

  /** The cosine of two unit vectors: 1 for the same direction, 0 for unrelated ones. */
  public static float similarity(float[] a, float[] b) {
    float sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  /** A label and its probability. */
  public record Score(String label, double probability) {}

  /** Zero-shot classification of the picture in a file; all labels, the best first. */
  public List<Score> classify(Path file, List<String> labels) {
    return classify(ImageDecoder.read(file), labels, List.of("{}"));
  }

  /**
   * Zero-shot classification: how well each label, put into every template, fits the picture.
   *
   * @param templates prompts with {@code {}} where the label goes
   * @return all labels, the best first
   */
  public List<Score> classify(Pixels picture, List<String> labels, List<String> templates) {
    require(DualEncoder.class, "classify");
    return new ZeroShotClasses(this, labels, templates).of(embedImages(List.of(picture))[0]);
  }

  /** For each label, the normalised mean of the unit vectors of its prompts. */
  public float[][] classVectors(List<String> labels, List<String> templates) {
    return new ZeroShotClasses(this, labels, templates).vectors();
  }

  /** What the model says of the picture in a file, by beam search. */
  public String caption(Path file) {
    var wanted = new Generation(0, CAPTION_TOKENS, 1, new Strategy.Beams(BEAMS, 1));
    return captions(List.of(ImageDecoder.read(file)), "", wanted).getFirst().getFirst().text();
  }

  /**
   * What the model says of pictures.
   *
   * @param beginning how every caption begins; may be empty
   * @return for each picture its captions, the best first; more than one only with beams
   * @throws InputException if the model does not write captions
   */
  public List<List<Caption>> captions(List<Pixels> pictures, String beginning, Generation wanted) {
    Captioner captioner = require(Captioner.class, "write captions");
    return inference.inBatches(
        pictures.size(),
        Captioning.batchSize(wanted),
        (from, to) -> batch(pixels(pictures.subList(from, to)), null),
        (batch, from) ->
            Captioning.of(
                captioner,
                tokenizer(),
                batch.get(Batch.PIXELS),
                beginning,
                wanted.with(wanted.strategy().after(from))));
  }

  /**
   * What it does with strings as a language model.
   *
   * @throws InputException if it is none
   */
  public Language language() {
    return new Language(this, require(LanguageModel.class, "continue texts"));
  }

  /**
   * The natural logarithm of the probability of each text beside the picture at its place.
   *
   * @throws InputException if the model does not say
   */
  public double[] logLikelihoods(List<Pixels> pictures, List<String> texts) {
    TextLikelihood likelihood = require(TextLikelihood.class, "say how likely a text is");
    float[][] rows =
        inference.rows(
            texts.size(),
            (from, to) ->
                batch(
                    pixels(pictures.subList(from, to)),
                    tokenizer().encode(texts.subList(from, to))),
            batch ->
                likelihood
                    .textLogLikelihood(batch.get(Batch.PIXELS), batch.get(Batch.TOKENS))
                    .unsqueeze(1));
    return Arrays.stream(rows).mapToDouble(row -> row[0]).toArray();
  }

  /**
   * The logarithm of the probability of each picture given each text, or of what stands for it:
   * comparable for one picture between texts.
   *
   * @return {@code [pictures][texts]}
   * @throws InputException if the model does not say
   */
  public float[][] imageLogLikelihoods(List<Pixels> pictures, List<String> texts) {
    ImageLikelihood likelihood = require(ImageLikelihood.class, "say how likely a picture is");
    return inference.rows(
        pictures.size(),
        (from, to) -> batch(pixels(pictures.subList(from, to)), tokenizer().encode(texts)),
        batch -> likelihood.imageLogLikelihoods(batch.get(Batch.PIXELS), batch.get(Batch.TOKENS)));
  }

  /**
   * Pictures of texts, one each, as the model draws them.
   *
   * @throws InputException if the model does not draw, or not by that strategy
   */
  public List<Pixels> draw(List<String> texts, Strategy strategy) {
    ImageGenerator generator = require(ImageGenerator.class, "draw");
    return inference.inBatches(
        texts.size(),
        (from, to) -> batch(null, tokenizer().encode(texts.subList(from, to))),
        (batch, from) ->
            Pixels.ofUnit(generator.draw(batch.get(Batch.TOKENS), strategy.after(from))));
  }

  @Override
  public void close() {
    model.close();
    if (tokenizer != null) {
      tokenizer.close();
    }
  }

  /**
   * The model's probabilities of candidates, from the cosines of one picture with them.
   *
   * @param cosines {@code [C]}
   */
  public float[] probabilities(float[] cosines) {
    DualEncoder encoder = require(DualEncoder.class, "classify");
    return alone(() -> {
      try (var _ = new Scope();
          var _ = new NoGrad()) {
        Tensor logits = encoder.logits(onDevice(Tensors.of(cosines, 1, cosines.length)));
        return Tensors.toFloats(encoder.probabilities(logits));
      }
    });
  }

  private float[][] embedPixels(
      List<Pixels> pictures, Function<List<Pixels>, Tensor> prepare, DualEncoder encoder) {
    return inference.rows(
        pictures.size(),
        (from, to) -> batch(prepare.apply(pictures.subList(from, to)), null),
        batch -> torch.normalize(encoder.imageFeatures(batch.get(Batch.PIXELS))));
  }

  private static Batch batch(@Nullable Tensor pixels, @Nullable Tensor tokens) {
    var batch = new Batch();
    if (pixels != null) {
      batch.put(Batch.PIXELS, pixels);
    }
    if (tokens != null) {
      batch.put(Batch.TOKENS, tokens);
    }
    return batch;
  }

  private Tensor pixels(List<Pixels> pictures) {
    Preprocessing how = preprocessing();
    return how.toTensor(pictures.parallelStream().map(how::square).toList());
  }

  /** Runs work of the model, one at a time. */
  <T> T alone(Supplier<T> work) {
    return inference.alone(work);
  }

  Tensor onDevice(Tensor tensor) {
    return device.is_cpu() ? tensor : tensor.to(device, tensor.scalar_type());
  }

  private <T> T require(Class<T> capability, String purpose) {
    if (capability.isInstance(model)) {
      return capability.cast(model);
    }
    throw new InputException("a " + spec.family().name() + " model cannot " + purpose);
  }
}
