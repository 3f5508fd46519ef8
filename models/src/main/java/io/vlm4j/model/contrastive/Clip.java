package io.vlm4j.model.contrastive;

import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.Dropout;
import io.vlm4j.nn.Embedding;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Module;
import io.vlm4j.nn.Transformer;
import io.vlm4j.nn.VisionTransformer;
import io.vlm4j.objective.ContrastiveLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * CLIP (2103.00020): a vision transformer and a causal text transformer, trained to give a picture
 * and its text the same direction.
 *
 * <pre>
 * pixels [B,3,H,W] -> patches [B,N,W] -> +class, +position -> norm -> blocks -> norm(class) -> D
 * tokens [B,L]     -> embed   [B,L,W] -> +position         -> causal blocks  -> norm(end)   -> D
 * loss = (CE over texts + CE over pictures) / 2 of exp(s) * cosines [B,B]
 * </pre>
 */
public final class Clip extends Model implements DualEncoder {
  private final VisionTower vision;
  private final TextTower text;
  private final Tensor logScale;
  private final LogitScaleBound scaleBound;

  /** Random weights, as OpenCLIP draws them. */
  public Clip(TwoTowerConfig config) {
    vision = child("vision", new VisionTower(config.vision(), config.embedWidth()));
    text = child("text", new TextTower(config.text(), config.embedWidth()));
    logScale = parameter("logitScale", Init.constant(config.logitScale()));
    scaleBound = new LogitScaleBound(logScale, 0, config.maxLogitScale());
  }

  @Override
  public Tensor imageFeatures(Tensor pixels) {
    return vision.forward(pixels).to(ScalarType.Float);
  }

  @Override
  public Tensor textFeatures(Tensor tokens) {
    return text.forward(tokens).to(ScalarType.Float);
  }

  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    scaleBound.note();
    Tensor images = torch.normalize(imageFeatures(batch.get(Batch.PIXELS)).to(ScalarType.Float));
    Tensor texts = torch.normalize(textFeatures(batch.get(Batch.TOKENS)).to(ScalarType.Float));
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put(
        "contrastive_loss",
        ContrastiveLoss.softmax(images, texts, logScale, batch.find(Batch.TARGETS)));
    return losses;
  }

  /** Holds the scale in [1, exp(maxLogitScale)], in log space; a scale outside may come nearer. */
  @Override
  public void afterStep() {
    scaleBound.hold();
  }

  /** {@code ln B}: every picture fits every text alike. */
  @Override
  public OptionalDouble collapsedLoss(int batchSize) {
    return OptionalDouble.of(Math.log(batchSize));
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
    private final LayerNorm norm;
    private final Linear projection;

    VisionTower(TwoTowerConfig.Vision config, int embedWidth) {
      super(config.patchSize(), config.patches(), config.patchDropout(), config.transformer());
      int width = config.width();
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      projection = child("projection", new Linear(width, embedWidth, Math.pow(width, -0.5), false));
    }

    Tensor forward(Tensor pixels) {
      return call(() -> projection.forward(norm.forward(classToken(pixels))), pixels); // [B, D]
    }
  }

  private static final class TextTower extends Module {
    private final int endId;
    private final Embedding tokens;
    private final Tensor positions;
    private final Dropout dropout;
    private final Transformer blocks;
    private final LayerNorm norm;
    private final Linear projection;

    TextTower(TwoTowerConfig.Text config, int embedWidth) {
      int width = config.width();
      endId = config.endId();
      tokens = child("tokens", new Embedding(config.vocabularySize(), width, 0.02));
      positions = parameter("positions", Init.normal(0.01, config.contextLength(), width));
      dropout = child("dropout", new Dropout(config.dropout()));
      blocks = child("blocks", new Transformer(config.transformer()));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      projection = child("projection", new Linear(width, embedWidth, Math.pow(width, -0.5), false));
    }

    Tensor forward(Tensor ids) {
      return call(
          () -> {
            Tensor end = endPositions(ids); // [B]
            // Nothing after the last end of text can reach a feature: the mask is causal.
            long length = end.max().item_long() + 1;
            Tensor x =
                tokens
                    .forward(Tensors.slice(ids, 1, 0, length))
                    .add(Tensors.slice(positions, 0, 0, length)); // [B, L, W]
            x = blocks.forwardAt(dropout.forward(x), AttentionMask.CAUSAL, end);
            return projection.forward(norm.forward(x)); // [B, D]
          },
          ids);
    }

    private Tensor endPositions(Tensor ids) {
      Tensor marked = endId < 0 ? ids : ids.eq(new Scalar((long) endId)).to(ScalarType.Int);
      return marked.argmax(new LongOptional(1), false);
    }
  }
}
