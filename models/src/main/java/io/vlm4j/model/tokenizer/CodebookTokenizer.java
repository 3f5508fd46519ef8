package io.vlm4j.model.tokenizer;

import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Model;
import io.vlm4j.nn.VectorQuantizer;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A tokenizer with a codebook of vectors: an encoder, the nearest codes, a decoder. Inside,
 * pictures have values from -1 to 1.
 */
abstract class CodebookTokenizer extends Model implements ImageTokenizer {
  private final VectorQuantizer.Config codebook;
  private final double commitment;

  /**
   * A tokenizer without parameters yet.
   *
   * @param commitment beta, the factor of the loss that draws vectors to their codes
   */
  CodebookTokenizer(VectorQuantizer.Config codebook, double commitment) {
    this.codebook = codebook;
    this.commitment = commitment;
  }

  /** Vectors of pictures of values from -1 to 1: {@code [B, 3, H, W] -> [B, d, h, w]}. */
  abstract Tensor latents(Tensor x);

  /** Pictures of codes' vectors: {@code [B, d, h, w] -> [B, 3, H, W]}, about -1 to 1. */
  abstract Tensor pictures(Tensor z);

  abstract VectorQuantizer quantizer();

  @Override
  public final int codebookSize() {
    return codebook.size();
  }

  @Override
  public final Tensor encode(Tensor pictures) {
    return Scope.run(() -> {
      PictureShape.require(pictures, downsampling());
      try (var _ = new NoGrad()) {
        return quantizer().indices(latents(centred(pictures)));
      }
    });
  }

  @Override
  public final Tensor decode(Tensor codes) {
    return Scope.run(() -> {
      PictureShape.requireCodes(codes, codebookSize());
      try (var _ = new NoGrad()) {
        return unit(pictures(quantizer().lookUp(codes)));
      }
    });
  }

  /** What draws codes and vectors together; codes that are running means need no loss. */
  final void addCodebookLosses(
      Tensor z, VectorQuantizer.Quantized quantized, SequencedMap<String, Tensor> losses) {
    try (var _ = Autocast.off(z.device())) {
      Tensor vectors = z.to(ScalarType.Float);
      if (!codebook.averaged()) {
        losses.put("codebook_loss", torch.mse_loss(quantized.codes(), vectors.detach()));
      }
      losses.put(
          "commitment_loss",
          torch.mse_loss(vectors, quantized.codes().detach()).mul(new Scalar((float) commitment)));
    }
  }

  /** Values from 0 to 1 as values from -1 to 1. */
  static Tensor centred(Tensor pictures) {
    return pictures.mul(new Scalar(2f)).sub(new Scalar(1f));
  }

  /** Values from -1 to 1, or a little outside, as values from 0 to 1. */
  static Tensor unit(Tensor x) {
    return x.to(ScalarType.Float)
        .add(new Scalar(1f))
        .div(new Scalar(2f))
        .clamp(new ScalarOptional(new Scalar(0f)), new ScalarOptional(new Scalar(1f)));
  }

  @Override
  public void afterStep() {
    quantizer().afterStep();
  }

  /** How many codes are in use, as if all of these were used alike. */
  @Override
  public Map<String, Double> gauges() {
    return Map.of("perplexity", quantizer().perplexity());
  }
}
