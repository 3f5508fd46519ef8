package io.vlm4j.model.backbone;

import io.vlm4j.dialogue.PictureReader;
import io.vlm4j.generate.Decoder;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Model;
import io.vlm4j.model.PictureLanguageModel;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.Layer;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.VisionTransformer;
import io.vlm4j.objective.NextTokenLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * LLaVA (2304.08485), LLaVA-1.5 (2310.03744) and LLaVA-NeXT: a language model reads what a
 * projector makes of the patches of CLIP's image tower, among the vectors of words.
 *
 * <pre>
 * views [N,3,S,S] -> CLIP's tower, layer before last, patches [N,n,W] -> projector [N,n,D]
 *   with AnyRes: a picture's tiles put together, margins off, line breaks -> [tokens,D]
 * ids [B,L] -> embed [B,L,D], pictures' vectors in their places -> language model -> logits [B,L,V]
 * loss = CE(logits of t, token t + 1) where labels are, which is what the assistant says
 * </pre>
 */
public final class Llava extends Model implements PictureLanguageModel {
  private final LlavaConfig config;
  private final VisionTower vision;
  private final Projector projector;
  private final @Nullable Tensor newline;
  private final Llama language;

  /** Random weights. */
  public Llava(LlavaConfig config) {
    this.config = config;
    int width = config.language().width();
    vision = child("vision", new VisionTower(config));
    projector = child("projector", new Projector(config));
    newline =
        config.anyRes() == null
            ? null
            : parameter("newline", Init.normal(Math.pow(width, -0.5), width));
    language = child("language", new Llama(config.language()));
  }

  /** What the language model reads of views: {@code [N, 3, S, S] -> [N, n, D]}. */
  public Tensor features(Tensor views) {
    return projector.forward(vision.forward(views));
  }

  /**
   * The vectors of tokens and pictures: {@code [B, L, D]}.
   *
   * @param ids i64 {@code [B, L]} with {@link LlavaConfig#pictureId} in the places of pictures
   * @param views of all pictures, in order; null if there are none
   * @param sizes height and width of each picture, i64 {@code [P, 2]}; null for one view a picture
   */
  Tensor embedded(Tensor ids, @Nullable Tensor views, @Nullable Tensor sizes) {
    Tensor isPicture = ids.eq(new Scalar((long) config.pictureId()));
    Tensor x = language.embed(ids.masked_fill(isPicture, new Scalar(0L)));
    long places = isPicture.sum().item_long();
    if (views == null) {
      requirePlaces(places, 0);
      return x;
    }
    Tensor vectors = pictures(views, sizes).to(x.scalar_type()); // [tokens, D]
    requirePlaces(places, vectors.size(0));
    return x.masked_scatter(isPicture.unsqueeze(2), vectors);
  }

  private static void requirePlaces(long places, long tokens) {
    if (places != tokens) {
      throw new InputException(
          "the rows have %d places for the tokens of pictures, and these make %d"
              .formatted(places, tokens));
    }
  }

  private Tensor pictures(Tensor views, @Nullable Tensor sizes) {
    Tensor features = features(views);
    AnyRes anyRes = config.anyRes();
    if (anyRes == null) {
      return features.reshape(-1, features.size(2));
    }
    if (sizes == null) {
      throw new InputException(
          "pictures of any resolution need their sizes: '" + Batch.SIZES + "'");
    }
    int side = config.vision().imageSize();
    int grid = side / config.vision().patchSize();
    long[] each = Tensors.toLongs(sizes);
    var packed = new TensorVector();
    long from = 0;
    for (int i = 0; i < each.length; i += 2) {
      int height = (int) each[i];
      int width = (int) each[i + 1];
      long to = from + anyRes.count(height, width, side);
      if (to > features.size(0)) {
        throw new InputException(
            "%d views are too few for pictures of these sizes".formatted(features.size(0)));
      }
      packed.push_back(
          anyRes.pack(
              Tensors.slice(features, 0, from, to),
              Objects.requireNonNull(newline, "with canvases there is a line break"),
              height,
              width,
              side,
              grid));
      from = to;
    }
    if (from != features.size(0)) {
      throw new InputException(
          "%d views for pictures that have %d".formatted(features.size(0), from));
    }
    return torch.cat(packed, 0);
  }

  /** Logits of the token after each: {@code [B, L, V]}; parameters as of {@link #embedded}. */
  public Tensor logits(Tensor ids, @Nullable Tensor views, @Nullable Tensor sizes) {
    return language.logits(language.hidden(embedded(ids, views, sizes), List.of(), null));
  }

  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    Tensor ids = batch.get(Batch.TOKENS);
    Tensor labels = batch.get(Batch.LABELS);
    long length = ids.size(1);
    Tensor x = embedded(ids, batch.find(Batch.PIXELS), batch.find(Batch.SIZES));
    Tensor h = language.hidden(Tensors.slice(x, 1, 0, length - 1), List.of(), null);
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put(
        "next_token_loss",
        NextTokenLoss.of(h, language::logits, Tensors.slice(labels, 1, 1, length), Batch.IGNORED));
    return losses;
  }

  @Override
  public Tensor tokenLogits(Tensor ids) {
    return language.tokenLogits(ids);
  }

  @Override
  public Tensor tokenLogits(Batch rows) {
    return logits(rows.get(Batch.TOKENS), rows.find(Batch.PIXELS), rows.find(Batch.SIZES));
  }

  @Override
  public Decoder texts() {
    return language.texts();
  }

  @Override
  public Decoder texts(Batch prompts) {
    try (var _ = new Scope()) {
      return new CausalDecoder(
          language,
          embedded(
              prompts.get(Batch.TOKENS), prompts.find(Batch.PIXELS), prompts.find(Batch.SIZES)));
    }
  }

  @Override
  public PictureReader pictures() {
    return config;
  }

  /** Takes the image tower of a CLIP, or a language model. */
  @Override
  public void adopt(String part, Model other) {
    var theirs = other.parameters();
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      parameters()
          .forEach((name, parameter) -> {
            if (name.startsWith(part + ".")) {
              String source = part.equals("language") ? name.substring("language.".length()) : name;
              Tensor value = theirs.get(source);
              if (value == null) {
                throw new InputException("the model for '" + part + "' has no '" + source + "'");
              }
              parameter.copy_(value);
            }
          });
    }
  }

  LlavaConfig config() {
    return config;
  }

  private static final class VisionTower extends VisionTransformer {
    private final int layers;
    private final boolean classToken;

    VisionTower(LlavaConfig config) {
      super(
          config.vision().patchSize(),
          config.vision().patches(),
          config.vision().patchDropout(),
          config.vision().transformer());
      layers = config.featureLayer();
      classToken = config.classToken();
      // CLIP's own end; it and blocks beyond the layer are kept for whoever takes the tower out.
      child("norm", new LayerNorm(config.vision().width(), config.vision().epsilon()));
    }

    Tensor forward(Tensor views) {
      return call(
          () -> {
            Tensor x = tokensAfter(layers, views); // [N, 1 + n, W]
            return classToken ? x : Tensors.slice(x, 1, 1, x.size(1));
          },
          views);
    }
  }

  private static final class Projector extends Layer {
    private static final List<String> NAMES = List.of("first", "second");

    private final List<Linear> layers = new ArrayList<>();
    private final Activation activation;

    Projector(LlavaConfig config) {
      int in = config.vision().width();
      int out = config.language().width();
      var wanted = config.projector();
      activation = Activation.of(wanted.activation());
      for (int i = 0; i < wanted.layers(); i++) {
        int from = i == 0 ? in : out;
        String name = i < NAMES.size() ? NAMES.get(i) : "layer" + (i + 1);
        layers.add(child(name, new Linear(from, out, Math.pow(from, -0.5), wanted.bias())));
      }
    }

    @Override
    public Tensor forward(Tensor x) {
      return call(
          () -> {
            Tensor h = x;
            for (int i = 0; i < layers.size(); i++) {
              h = layers.get(i).forward(i == 0 ? h : activation.apply(h));
            }
            return h;
          },
          x);
    }
  }
}
