package io.vlm4j.model.contrastive;

import io.vlm4j.model.DualEncoder;
import io.vlm4j.model.Model;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.AttentionPooler;
import io.vlm4j.nn.Dropout;
import io.vlm4j.nn.Embedding;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Module;
import io.vlm4j.nn.PatchDropout;
import io.vlm4j.nn.PatchEmbedding;
import io.vlm4j.nn.Transformer;
import io.vlm4j.objective.ContrastiveLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SigLIP (2303.15343): two towers trained with one binary decision for every pair of a picture and
 * a text.
 *
 * <pre>
 * pixels [B,3,H,W] -> patches [B,N,D] -> +position -> blocks -> norm -> attention pooler -> D
 * tokens [B,L]     -> embed   [B,L,D] -> +position -> blocks (no mask) -> norm(last) -> head -> D
 * loss = sum over all pairs of softplus(-y (exp(s) * cosine + b)) / B, y = 1 on the diagonal, else -1
 * </pre>
 *
 * <p>Texts are padded to the full context length, and the padding is attended: it is part of the
 * model. Both towers have the width of the common space.
 */
public final class SigLip extends Model implements DualEncoder {
  private final VisionTower vision;
  private final TextTower text;
  private final Tensor logScale;
  private final LogitScaleBound scaleBound;
  private final Tensor bias;

  /** Random weights. */
  public SigLip(TwoTowerConfig config) {
    vision = child("vision", new VisionTower(config.vision()));
    text = child("text", new TextTower(config.text(), config.embedWidth()));
    logScale = parameter("logitScale", Init.constant(config.logitScale()));
    scaleBound = new LogitScaleBound(logScale, Double.NEGATIVE_INFINITY, config.maxLogitScale());
    bias = parameter("logitBias", Init.constant(config.logitBias()));
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
        ContrastiveLoss.sigmoid(images, texts, logScale, bias, batch.find(Batch.TARGETS)));
    return losses;
  }

  /** Holds the scale below its bound; a scale above, as of trained checkpoints, may only fall. */
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
    return Map.of(
        "logit_scale", Math.exp(logScale.item_double()), "logit_bias", bias.item_double());
  }

  @Override
  public Tensor logits(Tensor cosines) {
    return cosines.mul(logScale.exp()).add(bias);
  }

  @Override
  public Tensor probabilities(Tensor logits) {
    return logits.sigmoid();
  }

  private static final class VisionTower extends Module {
    private final PatchEmbedding patches;
    private final Tensor positions;
    private final PatchDropout dropout;
    private final Transformer blocks;
    private final LayerNorm norm;
    private final AttentionPooler pooler;

    VisionTower(TwoTowerConfig.Vision config) {
      int width = config.width();
      patches = child("patches", new PatchEmbedding(config.patchSize(), width, true));
      positions =
          parameter("positions", Init.normal(Math.pow(width, -0.5), config.patches(), width));
      dropout = child("dropout", new PatchDropout(config.patchDropout(), 0));
      blocks = child("blocks", new Transformer(config.transformer()));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      pooler = child("pooler", new AttentionPooler(config.transformer()));
    }

    Tensor forward(Tensor pixels) {
      return call(
          () -> {
            Tensor x = dropout.forward(patches.forward(pixels).add(positions)); // [B, N, D]
            return pooler.forward(norm.forward(blocks.forward(x, AttentionMask.NONE)));
          },
          pixels);
    }
  }

  private static final class TextTower extends Module {
    private final Embedding tokens;
    private final Tensor positions;
    private final Dropout dropout;
    private final Transformer blocks;
    private final LayerNorm norm;
    private final Linear head;

    TextTower(TwoTowerConfig.Text config, int embedWidth) {
      int width = config.width();
      double std = Math.pow(width, -0.5);
      tokens = child("tokens", new Embedding(config.vocabularySize(), width, std));
      positions = parameter("positions", Init.normal(std, config.contextLength(), width));
      dropout = child("dropout", new Dropout(config.dropout()));
      blocks = child("blocks", new Transformer(config.transformer()));
      norm = child("norm", new LayerNorm(width, config.epsilon()));
      head = child("head", new Linear(width, embedWidth, std));
    }

    Tensor forward(Tensor ids) {
      return call(
          () -> {
            Tensor x = tokens.forward(ids).add(Tensors.slice(positions, 0, 0, ids.size(1)));
            Tensor last = torch.full_like(ids.select(1, 0), new Scalar(ids.size(1) - 1)); // [B]
            x = blocks.forwardAt(dropout.forward(x), AttentionMask.NONE, last);
            return head.forward(norm.forward(x));
          },
          ids);
    }
  }
}
