package io.vlm4j.model.masked;

import io.vlm4j.io.InputException;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.model.contrastive.LogitScaleBound;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.Embedding;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Module;
import io.vlm4j.nn.PatchEmbedding;
import io.vlm4j.nn.Transformer;
import io.vlm4j.objective.ContrastiveLoss;
import io.vlm4j.objective.MaskedPredictionLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * FLAVA (2112.04482): an image encoder, a text encoder, and one that reads what both make of a
 * picture and a text. One model for pictures, for texts and for pairs, which learns by telling what
 * was hidden and by telling what belongs together.
 *
 * <pre>
 * pixels [B,3,H,W] -> patches [B,N,W], hidden ones replaced, +class, +position -> blocks [B,1+N,W]
 * tokens [B,L]     -> embed [B,L,W], +position, +type -> norm -> blocks                  [B,L,W]
 * class, linear(first), linear(second) -> blocks                                     [B,2+N+L,W]
 * each norm(blocks); what the third reads comes before the norm
 *
 * pictures alone: MIM, the codes of hidden patches    texts alone: MLM, the hidden tokens
 * pairs: MMM, both of the third encoder;  ITM, whether they belong together, of its class;
 *        contrastive, of linear(class) of picture and text with nothing hidden
 * </pre>
 *
 * <p>A step of pairs learns from the pictures alone, from the texts alone or from the pairs; which,
 * and what is hidden, is drawn from the engine's seeded stream. Weights are drawn as CLIP's blocks
 * are, and with a deviation of 0.02 elsewhere.
 */
public final class Flava extends Model implements DualEncoder {
  /** The name of the part that gives pictures their codes. */
  static final String IMAGE_TOKENIZER = "imageTokenizer";

  private static final double STD = 0.02;

  private final FlavaConfig config;
  private final ImageEncoder image;
  private final TextEncoder text;
  private final MultimodalEncoder multimodal;
  private final Linear imageProjection;
  private final Linear textProjection;
  private final Tensor logScale;
  private final LogitScaleBound scaleBound;
  private final @Nullable Heads heads;
  private final @Nullable ImageCodes codes;

  /** Random weights. */
  public Flava(FlavaConfig config) {
    this.config = config;
    image = child("image", new ImageEncoder(config));
    text = child("text", new TextEncoder(config));
    multimodal = child("multimodal", new MultimodalEncoder(config));
    imageProjection = child("imageProjection", linear(config.width(), config.embedWidth()));
    textProjection = child("textProjection", linear(config.width(), config.embedWidth()));
    logScale = parameter("logitScale", Init.constant(config.logitScale()));
    scaleBound = new LogitScaleBound(logScale, 0, config.maxLogitScale());
    heads = config.heads() ? child("heads", new Heads(config)) : null;
    var tokenizer = config.imageTokenizer();
    codes = tokenizer == null ? null : new ImageCodes(tokenizer, config.image());
    if (codes != null) {
      child(IMAGE_TOKENIZER, codes.tokenizer()).freeze();
    }
  }

  static Linear linear(long in, long out) {
    return new Linear(in, out, STD);
  }

  @Override
  public Tensor imageFeatures(Tensor pixels) {
    return imageProjection.forward(image.first(pixels)).to(ScalarType.Float);
  }

  @Override
  public Tensor textFeatures(Tensor tokens) {
    return textProjection.forward(text.first(trimmed(tokens))).to(ScalarType.Float);
  }

  /** {@code image}, {@code text} and {@code multimodal}: the class tokens of the three. */
  @Override
  public SequencedMap<String, Input> encoders() {
    var encoders = DualEncoder.super.encoders();
    encoders.put("multimodal", Input.PAIRS);
    return encoders;
  }

  @Override
  public Tensor features(String encoder, @Nullable Tensor pixels, @Nullable Tensor tokens) {
    Tensor features =
        switch (encoder) {
          case "image" -> image.first(Objects.requireNonNull(pixels, "pixels"));
          case "text" -> text.first(trimmed(Objects.requireNonNull(tokens, "tokens")));
          case "multimodal" ->
              multimodalSequence(
                      Objects.requireNonNull(pixels, "pixels"),
                      null,
                      new HiddenTokens(trimmed(Objects.requireNonNull(tokens, "tokens"))))
                  .select(1, 0);
          default -> throw new IllegalArgumentException("no encoder '" + encoder + "'");
        };
    return features.to(ScalarType.Float);
  }

  /** What the image encoder makes of a picture: {@code [B, 1+N, W]}. */
  Tensor imageSequence(Tensor pixels, @Nullable Tensor hidden) {
    return image.norm.forward(image.forward(pixels, hidden));
  }

  /** What the text encoder makes of a text: {@code [B, L, W]}. */
  Tensor textSequence(HiddenTokens tokens) {
    return text.norm.forward(text.forward(tokens));
  }

  /** What the multimodal encoder makes of both: {@code [B, 2+N+L, W]}. */
  Tensor multimodalSequence(Tensor pixels, @Nullable Tensor hidden, HiddenTokens tokens) {
    return multimodal.forward(image.forward(pixels, hidden), text.forward(tokens), tokens.ids());
  }

  /**
   * Those of the pictures, if the batch has no texts; those of the texts, if it has no pictures;
   * else those of one of the two or of the pairs, by the mixture's chance. In evaluation, those of
   * the pairs.
   */
  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    scaleBound.note();
    RandomGenerator chance = new SplittableRandom(seed());
    if (batch.find(Batch.TOKENS) == null) {
      return pictureLosses(batch, chance);
    }
    if (batch.find(Batch.PIXELS) == null) {
      return textLosses(batch, chance);
    }
    double pictures = config.weights().mim() > 0 ? config.mixture().pictures() : 0;
    double texts = config.weights().mlm() > 0 ? config.mixture().texts() : 0;
    double sum = pictures + texts + config.mixture().pairs();
    double drawn = isTraining() && heads != null ? sum * chance.nextDouble() : sum;
    if (drawn < pictures) {
      return pictureLosses(batch, chance);
    }
    return drawn < pictures + texts ? textLosses(batch, chance) : pairLosses(batch, chance);
  }

  /** The engine's stream decides, which the trainer seeds for each step. */
  private static long seed() {
    return Tensors.zeros(ScalarType.Long, 1).random_().item_long();
  }

  /** The loss of hidden patches. */
  SequencedMap<String, Tensor> pictureLosses(Batch batch, RandomGenerator chance) {
    Tensor pixels = batch.get(Batch.PIXELS);
    Tensor hidden = hidden(batch, chance);
    Tensor rows = withoutFirst(imageSequence(pixels, hidden), 1); // [B, N, W]
    var losses = new LinkedHashMap<String, Tensor>();
    Tensor loss = predicted(heads().mim, rows, codes(batch, hidden));
    losses.put("mim_loss", loss.mul(new Scalar(config.weights().mim())));
    return losses;
  }

  /** The loss of hidden tokens. */
  SequencedMap<String, Tensor> textLosses(Batch batch, RandomGenerator chance) {
    HiddenTokens tokens = tokens(batch, batch.get(Batch.TOKENS), chance);
    var losses = new LinkedHashMap<String, Tensor>();
    Tensor loss = predicted(heads().mlm, textSequence(tokens), tokens.targets());
    losses.put("mlm_loss", loss.mul(new Scalar(config.weights().mlm())));
    return losses;
  }

  /** The four losses of pairs; those between picture and text are of the pairs that match. */
  SequencedMap<String, Tensor> pairLosses(Batch batch, RandomGenerator chance) {
    Tensor pixels = batch.get(Batch.PIXELS);
    boolean mismatches = isTraining() && heads != null && config.weights().itm() > 0;
    Matches matches = Matches.of(batch, mismatches ? config.masking().mismatches() : 0, chance);
    var weights = config.weights();
    var losses = new LinkedHashMap<String, Tensor>();
    if (heads != null && weights.mmmText() + weights.mmmImage() + weights.itm() > 0) {
      HiddenTokens tokens = tokens(batch, matches.texts(), chance);
      Tensor hidden = hidden(batch, chance);
      Tensor rows = multimodalSequence(pixels, hidden, tokens); // [B, 2+N+L, W]
      if (weights.itm() > 0) {
        Tensor loss = heads.matching(rows.select(1, 0), matches.labels());
        losses.put("itm_loss", loss.mul(new Scalar(weights.itm())));
      }
      Tensor right = matches.rows(rows);
      if (weights.mmmText() > 0) {
        Tensor ofText = withoutFirst(right, rows.size(1) - tokens.ids().size(1));
        Tensor loss = predicted(heads.mmmText, ofText, matches.rows(tokens.targets()));
        losses.put("mmm_text_loss", loss.mul(new Scalar(weights.mmmText())));
      }
      if (weights.mmmImage() > 0) {
        Tensor ofImage = Tensors.slice(right, 1, 2, 2 + hidden.size(1)); // after both classes
        Tensor loss = predicted(heads.mmmImage, ofImage, matches.rows(codes(batch, hidden)));
        losses.put("mmm_image_loss", loss.mul(new Scalar(weights.mmmImage())));
      }
    }
    if (weights.contrastive() > 0) {
      Tensor images = torch.normalize(imageFeatures(pixels));
      Tensor texts = torch.normalize(textFeatures(matches.texts()));
      Tensor loss = contrastive(images, texts, matches, batch.find(Batch.TARGETS));
      losses.put("global_contrastive_loss", loss.mul(new Scalar(weights.contrastive())));
    }
    return losses;
  }

  private Tensor contrastive(
      Tensor images, Tensor texts, Matches matches, @Nullable Tensor targets) {
    if (config.masking().mismatchedCandidates()) {
      return ContrastiveLoss.softmax(images, texts, logScale, targets, matches.right());
    }
    return ContrastiveLoss.softmax(
        matches.rows(images), matches.rows(texts), logScale, matches.square(targets));
  }

  /** The mean cross-entropy at those places of {@code [B, M, W]} that have a target. */
  private static Tensor predicted(MaskedHead head, Tensor rows, Tensor targets) {
    Tensor flat = targets.reshape(-1);
    Tensor at = flat.ge(new Scalar(0f)).nonzero().squeeze(1); // [m]
    Tensor hidden = rows.reshape(-1, rows.size(2)).index_select(0, at); // [m, W]
    return MaskedPredictionLoss.of(head.forward(hidden), flat.index_select(0, at));
  }

  /** What is to be told of hidden patches. */
  private Tensor codes(Batch batch, Tensor hidden) {
    Tensor given = batch.find(HiddenPatches.TARGETS);
    if (given != null) {
      return given;
    }
    return HiddenPatches.targets(hidden, codes(batch.get(Batch.PIXELS)));
  }

  /** The codes of all patches: {@code [B, 3, H, W] -> [B, N]}. */
  Tensor codes(Tensor pixels) {
    if (codes == null) {
      throw new InputException(
          "FLAVA tells the codes of hidden patches: name the model that gives them with --part"
              + " imageTokenizer=DIR, or set weights.mim and weights.mmmImage to 0");
    }
    return codes.of(pixels);
  }

  private Tensor hidden(Batch batch, RandomGenerator chance) {
    Tensor given = batch.find(HiddenPatches.HIDDEN);
    Tensor pixels = batch.get(Batch.PIXELS);
    return given == null
        ? HiddenPatches.draw(config.blocking(), pixels.size(0), chance)
            .to(pixels.device(), ScalarType.Bool)
        : given;
  }

  private HiddenTokens tokens(Batch batch, Tensor ids, RandomGenerator chance) {
    Tensor shown = batch.find(HiddenTokens.SHOWN);
    Tensor targets = batch.find(HiddenTokens.TARGETS);
    return shown == null || targets == null
        ? HiddenTokens.draw(config.tokenMasking(), trimmed(ids), chance)
        : new HiddenTokens(ids, shown, targets);
  }

  private Heads heads() {
    if (heads == null) {
      throw new InputException(
          "this FLAVA has no heads: only pairs of pictures and texts teach it");
    }
    return heads;
  }

  /** Without the columns that are padding in every row, where they reach no result. */
  private Tensor trimmed(Tensor ids) {
    return config.multimodal().seesPadding()
        ? ids
        : HiddenTokens.trimmed(ids, config.text().padId());
  }

  private static Tensor withoutFirst(Tensor rows, long count) {
    return Tensors.slice(rows, 1, count, rows.size(1));
  }

  /** Takes the image tokenizer's weights, which stay as they are. */
  @Override
  public void adopt(String part, Model other) {
    if (codes == null || !part.equals(IMAGE_TOKENIZER)) {
      super.adopt(part, other);
      return;
    }
    codes.tokenizer().load(other.state(), "the image tokenizer");
  }

  /** Holds the scale in [1, exp(maxLogitScale)], in log space; a scale outside may come nearer. */
  @Override
  public void afterStep() {
    scaleBound.hold();
  }

  @Override
  public List<String> remarks() {
    return scaleBound.remarks();
  }

  @Override
  public Map<String, Double> gauges() {
    return Map.of("logit_scale", Math.exp(logScale.item_double()));
  }

  @Override
  public Tensor logits(Tensor cosines) {
    return cosines.mul(logScale.exp());
  }

  @Override
  public Tensor probabilities(Tensor logits) {
    return logits.softmax(-1);
  }

  private static Tensor firstOf(Transformer blocks, Tensor x, AttentionMask mask) {
    Tensor first = Tensors.zeros(ScalarType.Long, x.size(0)).to(x.device(), ScalarType.Long);
    return blocks.forwardAt(x, mask, first);
  }

  private static Tensor token(Tensor vector, Tensor like) {
    return vector.to(like.scalar_type()).expand(like.size(0), 1, like.size(2)); // [B, 1, W]
  }

  private static final class ImageEncoder extends Module {
    private final PatchEmbedding patches;
    private final Tensor classToken;
    private final Tensor maskToken;
    private final Tensor positions;
    private final Transformer blocks;
    private final LayerNorm norm;

    ImageEncoder(FlavaConfig config) {
      var sizes = config.image();
      int width = config.width();
      long count = (long) sizes.side() * sizes.side();
      patches = child("patches", new PatchEmbedding(sizes.patchSize(), width, true));
      classToken = parameter("classToken", Init.normal(STD, 1, width));
      maskToken = parameter("maskToken", Init.normal(STD, 1, width));
      positions = parameter("positions", Init.normal(STD, count + 1, width));
      blocks = child("blocks", new Transformer(config.blocks(sizes)));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      child("pooler", linear(width, width)); // of use to others; no loss reads it
    }

    /** {@code [B, 1+N, W]}, not yet normalised. */
    Tensor forward(Tensor pixels, @Nullable Tensor hidden) {
      return call(() -> blocks.forward(embed(pixels, hidden), AttentionMask.NONE), pixels);
    }

    /** The class token, normalised, in less time: {@code [B, W]}. */
    Tensor first(Tensor pixels) {
      return call(
          () -> norm.forward(firstOf(blocks, embed(pixels, null), AttentionMask.NONE)), pixels);
    }

    private Tensor embed(Tensor pixels, @Nullable Tensor hidden) {
      Tensor x = patches.forward(pixels); // [B, N, W]
      if (hidden != null) {
        x = torch.where(hidden.unsqueeze(2), maskToken.to(x.scalar_type()), x);
      }
      return torch.cat(new TensorVector(token(classToken, x), x), 1).add(positions);
    }
  }

  private static final class TextEncoder extends Module {
    private final int padId;
    private final Embedding tokens;
    private final Tensor positions;
    private final Tensor types;
    private final LayerNorm embedNorm;
    private final Transformer blocks;
    private final LayerNorm norm;

    TextEncoder(FlavaConfig config) {
      var sizes = config.text();
      int width = config.width();
      padId = sizes.padId();
      tokens = child("tokens", new Embedding(sizes.ids(), width, STD));
      positions = parameter("positions", Init.normal(STD, sizes.contextLength(), width));
      types = parameter("types", Init.normal(STD, 2, width)); // BERT's two; all texts are the first
      embedNorm = child("embedNorm", new LayerNorm(width, config.epsilon()));
      blocks = child("blocks", new Transformer(config.blocks(sizes)));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      child("pooler", linear(width, width)); // of use to others; no loss reads it
    }

    /** {@code [B, L, W]}, not yet normalised. */
    Tensor forward(HiddenTokens text) {
      Tensor ids = text.ids();
      return call(() -> blocks.forward(embed(text.shown()), HiddenTokens.mask(ids, padId)), ids);
    }

    /** The first token, normalised, in less time: {@code [B, W]}. */
    Tensor first(Tensor ids) {
      return call(
          () -> norm.forward(firstOf(blocks, embed(ids), HiddenTokens.mask(ids, padId))), ids);
    }

    private Tensor embed(Tensor shown) {
      Tensor place = Tensors.slice(positions, 0, 0, shown.size(1)).add(types.select(0, 0));
      return embedNorm.forward(tokens.forward(shown).add(place)); // [B, L, W]
    }
  }

  private static final class MultimodalEncoder extends Module {
    private final FlavaConfig config;
    private final Linear fromImage;
    private final Linear fromText;
    private final Tensor classToken;
    private final Transformer blocks;
    private final LayerNorm norm;

    MultimodalEncoder(FlavaConfig config) {
      this.config = config;
      var sizes = config.multimodal();
      int width = config.width();
      fromImage = child("fromImage", linear(width, width));
      fromText = child("fromText", linear(width, width));
      classToken = parameter("classToken", Init.normal(STD, 1, width));
      blocks = child("blocks", new Transformer(config.blocks(sizes)));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      child("pooler", linear(width, width)); // of use to others; no loss reads it
    }

    /** Class, picture and text, normalised: {@code [B, 2+N+L, W]}. */
    Tensor forward(Tensor pictures, Tensor texts, Tensor ids) {
      return call(
          () -> {
            Tensor seen = fromImage.forward(pictures);
            Tensor first = token(classToken, seen);
            Tensor x = torch.cat(new TensorVector(first, seen, fromText.forward(texts)), 1);
            AttentionMask mask =
                config.multimodal().seesPadding()
                    ? AttentionMask.NONE
                    : HiddenTokens.mask(ids, config.text().padId(), 1 + pictures.size(1));
            return norm.forward(blocks.forward(x, mask));
          },
          pictures,
          texts);
    }
  }
}
