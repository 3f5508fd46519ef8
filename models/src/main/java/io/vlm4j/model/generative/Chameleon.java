package io.vlm4j.model.generative;

import io.vlm4j.generate.ConstrainedDecoder;
import io.vlm4j.generate.Decoder;
import io.vlm4j.generate.Generation;
import io.vlm4j.generate.Generator;
import io.vlm4j.generate.Hypothesis;
import io.vlm4j.generate.Strategy;
import io.vlm4j.generate.Watcher;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Captioner;
import io.vlm4j.model.ImageGenerator;
import io.vlm4j.model.ImageLikelihood;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.LanguageModel;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.TextLikelihood;
import io.vlm4j.model.backbone.Llama;
import io.vlm4j.model.backbone.LlamaConfig;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Attention;
import io.vlm4j.nn.Block;
import io.vlm4j.nn.GatedMlp;
import io.vlm4j.nn.HeadNorm;
import io.vlm4j.nn.RmsNorm;
import io.vlm4j.objective.TokenLosses;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Chameleon (2405.09818): one decoder over the tokens of texts and of pictures, which a frozen
 * image tokenizer makes. It writes either, in any order, and says how probable either is where the
 * other is given.
 *
 * <pre>
 * pixels [B,3,H,W] -> image tokenizer -> codes [B,h,w] -> ids, begin and end -> P = h w + 2 tokens
 * rows [B,L+P]: start picture words end, or start words picture end
 * rows -> Llama whose queries and keys are normalised by heads -> logits [B,L+P,V]
 * loss = CE(logits of t, token t + 1) + z * (log Z)^2
 * </pre>
 *
 * <p>Pictures that are written are whole: see {@link PictureGrammar}.
 */
public final class Chameleon extends Model
    implements Captioner, LanguageModel, ImageGenerator, TextLikelihood, ImageLikelihood {
  /** The name of the part that turns pictures into codes and back. */
  public static final String IMAGE_TOKENIZER = "imageTokenizer";

  private static final double HEAD_EPSILON = 1e-5;
  private static final long ROWS = 128; // of which log-likelihoods are computed at once

  private final ChameleonConfig config;
  private final ImageVocabulary pictures;
  private final Llama decoder;
  private final @Nullable Model imageTokenizer;
  private @Nullable Tensor seen; // of the last step: norm, cross-entropy of words and of pictures

  /** Random weights, those of the image tokenizer too. */
  public Chameleon(ChameleonConfig config) {
    this.config = config;
    pictures = config.pictures();
    decoder = child("decoder", new Llama(config.decoder(), () -> block(config)));
    imageTokenizer =
        config.image().tokenizer().isNull()
            ? null
            : child(IMAGE_TOKENIZER, tokenizer(config.image()));
    if (imageTokenizer != null) {
      imageTokenizer.freeze();
    }
  }

  private static Block block(ChameleonConfig config) {
    LlamaConfig sizes = config.decoder();
    return new Block(
        new Block.Parts(
            new RmsNorm(sizes.width(), sizes.epsilon()),
            new Attention(
                sizes.attention(),
                new HeadNorm(sizes.heads(), sizes.headWidth(), HEAD_EPSILON),
                new HeadNorm(sizes.keyValueHeads(), sizes.headWidth(), HEAD_EPSILON)),
            new RmsNorm(sizes.width(), sizes.epsilon()),
            new GatedMlp(
                sizes.width(),
                sizes.mlpWidth(),
                Activation.of(sizes.activation()),
                sizes.std(),
                sizes.outStd()),
            config.norms(),
            config.dropout()));
  }

  private static Model tokenizer(ChameleonConfig.Image image) {
    Model model = ModelSpec.parse(image.tokenizer(), IMAGE_TOKENIZER).create();
    if (model instanceof ImageTokenizer codes
        && codes.codebookSize() == image.codes()
        && codes.downsampling() * image.grid() == image.size()) {
      return model;
    }
    model.close();
    throw new InputException(
        "the image tokenizer does not make %2$d x %2$d of %3$d codes of %1$d pixels"
            .formatted(image.size(), image.grid(), image.codes()));
  }

  @Override
  public void adopt(String part, Model other) {
    if (imageTokenizer == null) {
      throw new IllegalStateException("there is no image tokenizer");
    }
    imageTokenizer.load(other.state(), "the part '" + part + "'");
  }

  private ImageTokenizer imageTokenizer() {
    if (imageTokenizer instanceof ImageTokenizer codes) {
      return codes;
    }
    throw new InputException(
        "this model has no image tokenizer: name one as its part '" + IMAGE_TOKENIZER + "'");
  }

  ChameleonConfig config() {
    return config;
  }

  /**
   * The tokens of pictures, with those that begin and end each: f32 {@code [B, 3, H, W]} as the
   * model is given them, to i64 {@code [B, P]}.
   */
  public Tensor pictureTokens(Tensor pixels) {
    return Scope.run(() -> {
      try (var _ = new NoGrad();
          var _ = Autocast.off(pixels.device())) { // near codes are told apart in f32 only
        ChameleonConfig.Image image = config.image();
        Tensor values =
            pixels
                .to(ScalarType.Float)
                .mul(new Scalar((float) image.std()))
                .add(new Scalar((float) image.mean()))
                .clamp(new ScalarOptional(new Scalar(0f)), new ScalarOptional(new Scalar(1f)));
        return pictures.block(imageTokenizer().encode(values));
      }
    });
  }

  /** The pictures of tokens without those around them: i64 {@code [B, P-2]} to values of 0 to 1. */
  public Tensor picturesOf(Tensor tokens) {
    return Scope.run(() -> {
      long[] codes = pictures.codesOf(Tensors.toLongs(tokens));
      int side = config.image().grid();
      return imageTokenizer()
          .decode(
              Tensors.of(codes, tokens.size(0), side, side).to(tokens.device(), ScalarType.Long));
    });
  }

  /** Of texts alone if the batch has no pictures. */
  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    MixedRows rows = rows(batch).trimmed();
    long length = rows.ids().size(1);
    Tensor x = decoder.embed(Tensors.slice(rows.ids(), 1, 0, length - 1));
    Tensor hidden = decoder.hidden(x, List.of(), null); // [B, T-1, D]
    Tensor targets = Tensors.slice(rows.labels(), 1, 1, length);
    var each = TokenLosses.of(decoder.logits(hidden), targets, Batch.IGNORED);
    Tensor next = Tensors.slice(rows.ids(), 1, 1, length);
    Tensor ofPictures = pictures.marks(next, config.decoder().vocabularySize());
    Tensor ofWords = ofPictures.neg().add(new Scalar(1f));
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put(
        "next_token_loss",
        config.objective().balanced() ? balanced(each, ofWords, ofPictures) : each.mean());
    losses.put("z_loss", each.squaredLogZ().mul(new Scalar((float) config.objective().zWeight())));
    if (isTraining()) {
      note(hidden, each.mean(ofWords), each.mean(ofPictures));
    }
    return losses;
  }

  /** The mean of the two means; of one alone where the batch has no others. */
  private static Tensor balanced(TokenLosses each, Tensor ofWords, Tensor ofPictures) {
    Tensor kinds = isAny(each, ofWords).add(isAny(each, ofPictures)).clamp_min(new Scalar(1f));
    return each.mean(ofWords).add(each.mean(ofPictures)).div(kinds);
  }

  private static Tensor isAny(TokenLosses each, Tensor marks) {
    return each.counts().mul(marks).max();
  }

  /** Labels of a batch are those of an answer to the picture, which then comes first. */
  private MixedRows rows(Batch batch) {
    Tensor texts = batch.get(Batch.TOKENS);
    Tensor labels = batch.find(Batch.LABELS);
    Tensor pixels = batch.find(Batch.PIXELS);
    long count = texts.size(0);
    if (pixels == null) {
      Tensor none = Tensors.slice(texts, 1, 0, 0);
      return MixedRows.of(texts, labels, none, all(true, texts), config.end(), false);
    }
    boolean isDialogue = labels != null;
    return MixedRows.of(
        texts,
        labels,
        pictureTokens(pixels),
        isDialogue ? all(true, texts) : drawn(count, texts),
        config.end(),
        isDialogue || config.objective().answersOnly());
  }

  /** Which pictures come first; from the engine's stream. */
  private Tensor drawn(long count, Tensor like) {
    double share = config.objective().pictureFirst();
    if (config.objective().balanced()) {
      Tensor order = torch.randperm(count, like.options());
      return order.lt(new Scalar(Math.round(count * share)));
    }
    return torch
        .rand(new long[] {count}, Tensors.of(new float[0], 0).options())
        .to(like.device(), ScalarType.Float)
        .lt(new Scalar(share));
  }

  private static Tensor all(boolean value, Tensor rows) {
    Tensor first = rows.select(1, 0);
    return value ? torch.ones_like(first).to(ScalarType.Bool) : first.ne(first);
  }

  private void note(Tensor hidden, Tensor ofWords, Tensor ofPictures) {
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor norm = hidden.to(ScalarType.Float).square().sum(-1).sqrt().mean();
      var each = new TensorVector(norm.reshape(1), ofWords.reshape(1), ofPictures.reshape(1));
      Tensor now = Scope.keep(torch.cat(each, 0).detach());
      forget();
      seen = now;
    }
  }

  private void forget() {
    if (seen != null) {
      seen.close();
      seen = null;
    }
  }

  /**
   * Of the last step: the mean norm of what the last block gives, whose growth foretells that a
   * training will diverge, and the cross-entropy of words and of codes of pictures.
   */
  @Override
  public Map<String, Double> gauges() {
    if (seen == null) {
      return Map.of();
    }
    float[] values = Tensors.toFloats(seen);
    return Map.of(
        "output_norm", (double) values[0],
        "word_cross_entropy", (double) values[1],
        "picture_cross_entropy", (double) values[2]);
  }

  @Override
  public Tensor tokenLogits(Tensor ids) {
    return decoder.tokenLogits(ids);
  }

  /** Begins texts without pictures, but for those in their prompts. */
  @Override
  public Decoder texts() {
    return new ConstrainedDecoder(decoder.texts(), grammar(false));
  }

  /** Begins texts with whole pictures in them, wherever the model wants some. */
  public Decoder interleaved() {
    return new ConstrainedDecoder(decoder.texts(), grammar(true));
  }

  private PictureGrammar grammar(boolean begins) {
    return new PictureGrammar(
        pictures, config.text().vocabularySize(), config.image().codesEach(), begins);
  }

  @Override
  public Decoder captions(Tensor pixels) {
    return new ConstrainedDecoder(
        new PictureAfterStart(decoder.texts(), pictureTokens(pixels)), grammar(false));
  }

  /** What was written by {@link #interleaved}, in parts; a picture that was cut is left out. */
  public List<MixedPart> parts(long[] tokens) {
    return MixedPart.of(tokens, pictures.begin(), config.image().codesEach());
  }

  /** Draws token by token, which beams would make alike and dull: they are refused. */
  @Override
  public Tensor draw(Tensor tokens, Strategy strategy) {
    if (strategy instanceof Strategy.Beams) {
      throw new InputException("pictures are drawn by sampling or greedily, not with beams");
    }
    return Scope.run(() -> {
      int each = config.image().codesEach();
      try (Decoder writer = new ConstrainedDecoder(decoder.texts(), grammar(true))) {
        var wanted = new Generation(0, each, 1, strategy);
        long[] codes =
            Generator.generate(writer, prompts(tokens), Set.of(), wanted, Watcher.NONE).stream()
                .map(List::getFirst)
                .map(Hypothesis::tokens)
                .flatMapToLong(Arrays::stream)
                .toArray();
        return picturesOf(
            Tensors.of(codes, tokens.size(0), each).to(tokens.device(), ScalarType.Long));
      }
    });
  }

  /** Texts without their ends, and the begin of a picture. */
  private long[][] prompts(Tensor tokens) {
    long[] ids = Tensors.toLongs(tokens);
    int length = Math.toIntExact(tokens.size(1));
    var prompts = new long[Math.toIntExact(tokens.size(0))][];
    for (int row = 0; row < prompts.length; row++) {
      int from = row * length;
      int to = from;
      while (to < from + length && ids[to] != config.end()) {
        to++;
      }
      prompts[row] = Arrays.copyOfRange(ids, from, to + 1);
      prompts[row][to - from] = pictures.begin();
    }
    return prompts;
  }

  @Override
  public Tensor textLogLikelihood(Tensor pixels, Tensor tokens) {
    return Scope.run(() -> {
      Tensor shown = pictureTokens(pixels);
      MixedRows rows =
          MixedRows.of(tokens, null, shown, all(true, tokens), config.end(), true).trimmed();
      long length = rows.ids().size(1);
      Tensor x = decoder.embed(Tensors.slice(rows.ids(), 1, 0, length - 1));
      Tensor hidden = decoder.hidden(x, List.of(), null);
      long from = shown.size(1); // the picture's last token foretells the first word
      Tensor logits = decoder.logits(Tensors.slice(hidden, 1, from, length - 1));
      Tensor targets = Tensors.slice(rows.labels(), 1, from + 1, length);
      return TokenLosses.of(logits, targets, Batch.IGNORED).logLikelihood();
    });
  }

  /** Of its codes, without the tokens around them. */
  @Override
  public Tensor imageLogLikelihoods(Tensor pixels, Tensor tokens) {
    return Scope.run(() -> {
      Tensor shown = pictureTokens(pixels); // [B, P]
      long pictureCount = shown.size(0);
      long textCount = tokens.size(0);
      Tensor index =
          torch.arange(new Scalar(pictureCount * textCount), tokens.options()); // B C rows
      var parts = new TensorVector();
      for (long from = 0; from < pictureCount * textCount; from += ROWS) {
        Tensor some =
            Tensors.slice(index, 0, from, Math.min(from + ROWS, pictureCount * textCount));
        Tensor which = some.floor_divide(new Scalar(textCount));
        parts.push_back(
            codesLogLikelihood(
                shown.index_select(0, which),
                tokens.index_select(0, some.sub(which.mul(new Scalar(textCount))))));
      }
      return torch.cat(parts, 0).view(pictureCount, textCount);
    });
  }

  /** {@code [R, P]} tokens of pictures behind texts {@code [R, L]}: {@code [R]}. */
  private Tensor codesLogLikelihood(Tensor shown, Tensor texts) {
    return Scope.run(() -> {
      MixedRows rows =
          MixedRows.of(texts, null, shown, all(false, texts), config.end(), false).trimmed();
      Tensor x = decoder.embed(rows.ids());
      Tensor hidden = decoder.hidden(x, List.of(), null); // [R, T, D]
      int each = config.image().codesEach();
      Tensor place =
          torch
              .arange(new Scalar((long) each), texts.options())
              .unsqueeze(0)
              .add(rows.at().unsqueeze(1)); // [R, P-2]: the begin, and all codes but the last
      Tensor where = place.unsqueeze(2).expand(place.size(0), each, hidden.size(2));
      Tensor logits = decoder.logits(hidden.gather(1, where));
      Tensor codes = Tensors.slice(shown, 1, 1, each + 1L);
      return TokenLosses.of(logits, codes, Batch.IGNORED).logLikelihood();
    });
  }

  @Override
  public void close() {
    forget();
    super.close();
  }
}
