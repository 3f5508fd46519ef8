package io.vlm4j.model.generative;

import io.vlm4j.model.Captioner;
import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.model.TextLikelihood;
import io.vlm4j.model.contrastive.LogitScaleBound;
import io.vlm4j.model.generative.CocaConfig.Pooling;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.ContextTransformer;
import io.vlm4j.nn.Embedding;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Module;
import io.vlm4j.nn.QueryPooler;
import io.vlm4j.nn.Transformer;
import io.vlm4j.nn.VisionTransformer;
import io.vlm4j.objective.ContrastiveLoss;
import io.vlm4j.objective.NextTokenLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * CoCa (2205.01917): a vision transformer and a text decoder, of which the lower half reads the
 * text alone and the upper half looks at the picture too. One pass of both gives a contrastive and
 * a captioning loss.
 *
 * <pre>
 * pixels [B,3,H,W] -> CLIP's tower [B,1+N,W] -> pooler, Q queries -> norm -> [B,1+P,D]
 *                                                first row -> projection -> D   (image feature)
 * tokens [B,L] -> embed, +class at the end, +position -> causal blocks [B,L+1,D]
 *                                                last row  -> norm, projection -> D   (text feature)
 * the other L rows -> pairs of causal blocks and blocks that look at the P rows -> norm -> V
 * loss = a * contrastive(image features, text features) + b * CE(logits of t, token t + 1)
 * </pre>
 */
public final class Coca extends Model implements DualEncoder, Captioner, TextLikelihood {
  private final CocaConfig config;
  private final VisionTower vision;
  private final TextTower text;
  private final MultimodalDecoder decoder;
  private final Tensor logScale;
  private final LogitScaleBound scaleBound;

  /** Random weights, as OpenCLIP draws them but for those of the image tower, which are CLIP's. */
  public Coca(CocaConfig config) {
    this.config = config;
    vision = child("vision", new VisionTower(config));
    text = child("text", new TextTower(config.text()));
    decoder = child("decoder", new MultimodalDecoder(config));
    logScale = parameter("logitScale", Init.constant(config.logitScale()));
    scaleBound = new LogitScaleBound(logScale, 0, config.maxLogitScale());
  }

  @Override
  public Tensor imageFeatures(Tensor pixels) {
    return vision.feature(vision.contrastive(pixels)).to(ScalarType.Float);
  }

  @Override
  public Tensor textFeatures(Tensor tokens) {
    return text.feature(text.forward(trimmed(tokens), tokens)).to(ScalarType.Float);
  }

  /**
   * Logits of the token after each: {@code [B, 3, H, W], [B, L] -> [B, L, V]}.
   *
   * @param tokens i64, padded
   */
  public Tensor captionLogits(Tensor pixels, Tensor tokens) {
    Tensor rows = text.forward(tokens, tokens); // [B, L+1, D]
    return decoder.forward(withoutLast(rows), captionTokens(vision.forward(pixels)));
  }

  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    scaleBound.note();
    Tensor seen = vision.forward(batch.get(Batch.PIXELS)); // [B, 1+P, D]
    Tensor ids = batch.get(Batch.TOKENS);
    Tensor read = trimmed(ids); // [B, L]
    Tensor rows = text.forward(read, ids); // [B, L+1, D]
    Tensor images = torch.normalize(vision.feature(seen.select(1, 0)).to(ScalarType.Float));
    Tensor texts = torch.normalize(text.feature(rows).to(ScalarType.Float));
    Tensor contrastive =
        ContrastiveLoss.softmax(images, texts, logScale, batch.find(Batch.TARGETS));
    Tensor hidden = decoder.hidden(withoutLast(withoutLast(rows)), captionTokens(seen));
    Tensor targets = Tensors.slice(read, 1, 1, read.size(1));
    Tensor caption = NextTokenLoss.of(hidden, decoder::logits, targets, config.text().padId());
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put("contrastive_loss", contrastive.mul(new Scalar(config.contrastiveWeight())));
    losses.put("caption_loss", caption.mul(new Scalar(config.captionWeight())));
    return losses;
  }

  @Override
  public Tensor textLogLikelihood(Tensor pixels, Tensor tokens) {
    Tensor read = trimmed(tokens); // [B, L]
    Tensor rows = withoutLast(withoutLast(text.forward(read, tokens))); // [B, L-1, D]
    Tensor logits = decoder.forward(rows, captionTokens(vision.forward(pixels)));
    return NextTokenLoss.logLikelihood(
        logits, Tensors.slice(read, 1, 1, read.size(1)), config.text().padId());
  }

  @Override
  public CocaDecoder captions(Tensor pixels) {
    return new CocaDecoder(this, captionTokens(vision.forward(pixels)));
  }

  /** What a text that grows needs not compute again, of both halves. */
  ContextTransformer.Cache begin(Tensor seen) {
    return decoder.blocks.begin(seen);
  }

  /**
   * Logits of the token after the last of those that follow what the caches have: {@code [R, L] ->
   * [R, V]}.
   */
  Tensor next(Tensor tokens, List<KeyValueCache> unimodal, ContextTransformer.Cache multimodal) {
    Tensor rows = text.forward(tokens, unimodal);
    Tensor h = decoder.blocks.forward(rows, multimodal); // [R, L, D]
    return decoder.logits(h.select(1, h.size(1) - 1));
  }

  CocaConfig config() {
    return config;
  }

  /** What the caption looks at: all but the first, contrastive row. */
  private static Tensor captionTokens(Tensor seen) {
    return Tensors.slice(seen, 1, 1, seen.size(1));
  }

  private static Tensor withoutLast(Tensor rows) {
    return Tensors.slice(rows, 1, 0, rows.size(1) - 1);
  }

  /** Rows up to the first padding after the longest text: what follows reaches no result. */
  private Tensor trimmed(Tensor ids) {
    Tensor places =
        torch
            .arange(new Scalar(ids.size(1)), ids.options())
            .mul(ids.ne(new Scalar((long) config.text().padId())).to(ScalarType.Long));
    return Tensors.slice(ids, 1, 0, Math.min(ids.size(1), places.max().item_long() + 2));
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

  private static final class VisionTower extends VisionTransformer {
    private final Pooling kind;
    private final QueryPooler pooler;
    private final @Nullable QueryPooler contrastivePooler;
    private final LayerNorm norm;
    private final Linear projection;

    VisionTower(CocaConfig config) {
      super(
          config.vision().patchSize(),
          config.vision().patches(),
          config.vision().patchDropout(),
          config.vision().transformer());
      int width = config.vision().width();
      int out = config.embedWidth();
      double epsilon = config.vision().epsilon();
      int heads = config.pooler().heads();
      kind = config.pooler().kind();
      pooler =
          child("pooler", new QueryPooler(config.pooler().queries(), out, width, heads, epsilon));
      contrastivePooler =
          switch (kind) {
            case SHARED -> null;
            case PARALLEL ->
                child("contrastivePooler", new QueryPooler(1, out, width, heads, epsilon));
            case CASCADE ->
                child("contrastivePooler", new QueryPooler(1, out, out, heads, epsilon));
          };
      norm = child("norm", new LayerNorm(kind == Pooling.SHARED ? out : width, epsilon));
      projection = child("projection", new Linear(out, out, Math.pow(width, -0.5), false));
    }

    /** The contrastive row, then those for the caption: {@code [B, 1+P, D]}. */
    Tensor forward(Tensor pixels) {
      return call(
          () -> {
            Tensor x = tokens(pixels); // [B, 1+N, W]
            if (contrastivePooler == null) {
              return norm.forward(pooler.forward(x));
            }
            Tensor n = norm.forward(x);
            Tensor caption = pooler.forward(n);
            Tensor first = contrastivePooler.forward(kind == Pooling.PARALLEL ? n : caption);
            return torch.cat(new TensorVector(first, caption), 1);
          },
          pixels);
    }

    /** The contrastive row alone, in less time: {@code [B, D]}. */
    Tensor contrastive(Tensor pixels) {
      return call(
          () -> {
            Tensor x = tokens(pixels);
            if (contrastivePooler == null) {
              return norm.forward(pooler.first(x, 1)).select(1, 0);
            }
            Tensor n = norm.forward(x);
            Tensor seen = kind == Pooling.PARALLEL ? n : pooler.forward(n);
            return contrastivePooler.forward(seen).select(1, 0);
          },
          pixels);
    }

    Tensor feature(Tensor contrastive) {
      return projection.forward(contrastive);
    }
  }

  private static final class TextTower extends Module {
    private final CocaConfig.Text config;
    private final Embedding tokens;
    private final Tensor positions; // one for each token, the last for the class token
    private final Tensor classToken;
    private final Transformer blocks;
    private final LayerNorm norm;
    private final Linear projection;

    TextTower(CocaConfig.Text config) {
      this.config = config;
      int width = config.width();
      tokens = child("tokens", new Embedding(config.vocabularySize(), width, 0.02));
      positions = parameter("positions", Init.normal(0.01, config.contextLength() + 1, width));
      classToken = parameter("classToken", Init.normal(0.01, width));
      blocks = child("blocks", new Transformer(config.transformer()));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      projection = child("projection", new Linear(width, width, Math.pow(width, -0.5), false));
    }

    /**
     * A row for each token and one for the class token: {@code [B, L] -> [B, L+1, D]}.
     *
     * @param ids what is read of {@code all}, from its beginning
     */
    Tensor forward(Tensor ids, Tensor all) {
      return call(
          () -> {
            Tensor x = embed(ids, 0); // [B, L, D]
            Tensor last = positions.select(0, config.contextLength());
            Tensor token = classToken.add(last).to(x.scalar_type()).expand(x.size(0), 1, x.size(2));
            return blocks.forward(torch.cat(new TensorVector(x, token), 1), mask(ids, all));
          },
          ids);
    }

    /** The rows of tokens that follow those in the caches: {@code [R, L] -> [R, L, D]}. */
    Tensor forward(Tensor ids, List<KeyValueCache> caches) {
      return call(() -> blocks.forward(embed(ids, caches.getFirst().length()), caches), ids);
    }

    private Tensor embed(Tensor ids, long from) {
      return tokens.forward(ids).add(Tensors.slice(positions, 0, from, from + ids.size(1)));
    }

    /** Causal, and no padding is seen: {@code [B, 1, L+1, L+1]}. */
    private AttentionMask mask(Tensor ids, Tensor all) {
      var pad = new Scalar((long) config.padId());
      long length = ids.size(1);
      Tensor isText = ids.ne(pad); // [B, L]
      Tensor always = torch.ones_like(Tensors.slice(isText, 1, 0, 1)); // [B, 1]
      Tensor seen;
      if (config.exactMask()) {
        // A text is never empty; that its first token is seen anyway keeps every row finite.
        Tensor rest = Tensors.slice(isText, 1, 1, length);
        seen = torch.cat(new TensorVector(always, rest, always), 1);
      } else {
        Tensor isFull = all.select(1, all.size(1) - 1).ne(pad).unsqueeze(1);
        Tensor before = Tensors.slice(isText, 1, 0, length - 1);
        seen = torch.cat(new TensorVector(always, before, isFull), 1);
      }
      Tensor at = torch.arange(new Scalar(length + 1), ids.options()); // the class token comes last
      Tensor causal = at.view(1, -1).le(at.view(-1, 1)); // [L+1, L+1]
      return new AttentionMask.Allowed(
          seen.view(-1, 1, 1, length + 1).logical_and(causal)); // [B, 1, L+1, L+1]
    }

    Tensor feature(Tensor rows) {
      return projection.forward(norm.forward(rows.select(1, rows.size(1) - 1)));
    }
  }

  private static final class MultimodalDecoder extends Module {
    private final ContextTransformer blocks;
    private final LayerNorm norm;
    private final Linear projection;

    MultimodalDecoder(CocaConfig config) {
      int width = config.decoder().width();
      blocks = child("blocks", new ContextTransformer(config.decoder().transformer()));
      norm = child("norm", new LayerNorm(width, config.decoder().epsilon()));
      int vocabulary = config.text().vocabularySize();
      projection = child("projection", new Linear(width, vocabulary, Math.pow(width, -0.5), false));
    }

    /** {@code [B, L, D], [B, P, D] -> [B, L, V]}. */
    Tensor forward(Tensor rows, Tensor seen) {
      return call(() -> logits(hidden(rows, seen)), rows, seen);
    }

    /** The same before norm and vocabulary: {@code [B, L, D]}. */
    Tensor hidden(Tensor rows, Tensor seen) {
      return blocks.forward(rows, seen);
    }

    Tensor logits(Tensor h) {
      return projection.forward(norm.forward(h));
    }
  }
}
