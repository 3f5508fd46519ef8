package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * CLIP's form of the vision transformer (2010.11929, 2103.00020) up to its last block: patches,
 * class token, positions, a norm, blocks. What a tower makes of the result, it adds by extending
 * this class.
 */
public abstract class VisionTransformer extends Module {
  private final PatchEmbedding patches;
  private final Tensor classToken;
  private final Tensor positions;
  private final PatchDropout dropout;
  private final LayerNorm preNorm;
  private final Transformer blocks;

  /**
   * Random weights.
   *
   * @param patchSize side of a patch, in pixels
   * @param count N, the number of patches of a picture
   * @param patchDropout share of patches dropped in training
   */
  protected VisionTransformer(
      int patchSize, int count, double patchDropout, Transformer.Config config) {
    int width = config.width();
    double std = Math.pow(width, -0.5);
    patches = child("patches", new PatchEmbedding(patchSize, width, false));
    classToken = parameter("classToken", Init.normal(std, width));
    positions = parameter("positions", Init.normal(std, count + 1, width));
    dropout = child("dropout", new PatchDropout(patchDropout, 1));
    preNorm = child("preNorm", new LayerNorm(width, config.epsilon()));
    blocks = child("blocks", new Transformer(config));
  }

  /** All tokens, the class token first: {@code [B, 3, H, W] -> [B, 1 + N, W]}. */
  protected final Tensor tokens(Tensor pixels) {
    return blocks.forward(embed(pixels), AttentionMask.NONE);
  }

  /**
   * All tokens after so many of the blocks: {@code [B, 3, H, W] -> [B, 1 + N, W]}.
   *
   * @param count at least 1
   */
  protected final Tensor tokensAfter(int count, Tensor pixels) {
    return blocks.forwardFirst(count, embed(pixels), AttentionMask.NONE);
  }

  /** The class token alone, in less time: {@code [B, 3, H, W] -> [B, W]}. */
  protected final Tensor classToken(Tensor pixels) {
    Tensor x = embed(pixels);
    Tensor first = Tensors.zeros(ScalarType.Long, x.size(0)).to(x.device(), ScalarType.Long);
    return blocks.forwardAt(x, AttentionMask.NONE, first);
  }

  private Tensor embed(Tensor pixels) {
    Tensor x = patches.forward(pixels); // [B, N, W]
    Tensor token = classToken.to(x.scalar_type()).expand(x.size(0), 1, x.size(2)); // [B, 1, W]
    x = torch.cat(new TensorVector(token, x), 1).add(positions); // [B, 1 + N, W]
    return preNorm.forward(dropout.forward(x));
  }
}
