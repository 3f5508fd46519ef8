package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import io.vlm4j.model.FeatureMaps;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Objective;
import io.vlm4j.nn.Convolution;
import io.vlm4j.nn.ConvolutionDecoder;
import io.vlm4j.nn.ConvolutionEncoder;
import io.vlm4j.nn.StepCounter;
import io.vlm4j.nn.VectorQuantizer;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * VQGAN (2012.09841): a VQ-VAE whose pictures shall look right to a network and fool another.
 *
 * <pre>
 * pixels [B,3,H,W] -> encoder [B,c,h,w] -> 1x1 -> z [B,d,h,w] -> nearest codes e
 * e -> 1x1 -> decoder -> pixels x'
 * objective 1: |x - x'| + p * perceptual(x, x') + codebook losses - w * lambda * mean D(x')
 *     lambda = |grad of the first two| / (|grad of mean D(x')| + 1e-4), at the decoder's last
 *     layer, at most 1e4
 * objective 2, of D: (mean relu(1 - D(x)) + mean relu(1 + D(x'))) / 2
 * </pre>
 *
 * <p>The perceptual term is there if a network was {@linkplain #adopt adopted}; the discriminator
 * takes part once so many steps are done. Both serve training alone: no model folder holds them.
 */
public final class VqGan extends CodebookTokenizer {
  /** The name of the part that pictures are looked at with. */
  public static final String PERCEPTUAL = "perceptual";

  private static final String DISCRIMINATOR = "discriminator";
  private static final String ADVERSARIAL = "adversarial_loss";
  private static final double MOST = 1e4;

  private final VqGanConfig config;
  private final ConvolutionEncoder encoder;
  private final Convolution toCode;
  private final VectorQuantizer quantizer;
  private final @Nullable Convolution fromCode;
  private final @Nullable ConvolutionDecoder decoder;
  private final PatchDiscriminator discriminator;
  private final StepCounter counter;
  private final @Nullable Model perceptual;
  private @Nullable PerceptualDistance distance; // once the network has its weights
  private @Nullable Tensor made; // of the batch that the generator saw last, without its graph

  /** Random weights, as PyTorch draws them. */
  public VqGan(VqGanConfig config) {
    super(config.codebook(), config.commitment());
    this.config = config;
    int width = config.codebook().width();
    int latent = config.coder().latentChannels();
    encoder = child("encoder", new ConvolutionEncoder(config.coder()));
    toCode = child("toCode", new Convolution(latent, width, 1));
    quantizer = child("quantizer", new VectorQuantizer(config.codebook()));
    fromCode = config.decodes() ? child("fromCode", new Convolution(width, latent, 1)) : null;
    decoder = config.decodes() ? child("decoder", new ConvolutionDecoder(config.coder())) : null;
    discriminator =
        scaffold(
            DISCRIMINATOR,
            () ->
                new PatchDiscriminator(
                    config.adversary().channels(), config.adversary().halvings()));
    counter = scaffold("counter", StepCounter::new);
    JsonNode network = config.perceptual();
    perceptual = network.isNull() ? null : scaffold(PERCEPTUAL, () -> perceptual(network));
  }

  private Model perceptual(JsonNode tree) {
    Model network = ModelSpec.parse(tree, PERCEPTUAL).create();
    network.freeze();
    return network;
  }

  @Override
  public void adopt(String part, Model other) {
    if (perceptual == null || !(perceptual instanceof FeatureMaps maps)) {
      throw new IllegalStateException("there is no model to look with");
    }
    perceptual.load(other.state(), "the part '" + part + "'");
    distance = PerceptualDistance.even(maps);
  }

  /** No model folder holds the network to look with. */
  @Override
  public List<String> remarks() {
    return perceptual == null || distance != null
        ? List.of()
        : List.of("the network to look with is not there: training goes on without its term");
  }

  @Override
  public int downsampling() {
    return config.coder().downsampling();
  }

  @Override
  Tensor latents(Tensor x) {
    return toCode.forward(encoder.forward(x));
  }

  @Override
  Tensor pictures(Tensor z) {
    if (decoder == null || fromCode == null) {
      throw new InputException("this tokenizer has no decoder: it can only encode");
    }
    return decoder.forward(fromCode.forward(z));
  }

  @Override
  VectorQuantizer quantizer() {
    return quantizer;
  }

  boolean decodes() {
    return config.decodes();
  }

  @Override
  public List<Objective> objectives() {
    return List.of(
        new Objective("generator", name -> !isDiscriminators(name), this::losses),
        new Objective(DISCRIMINATOR, VqGan::isDiscriminators, this::discriminatorLosses));
  }

  private static boolean isDiscriminators(String parameter) {
    return parameter.startsWith(DISCRIMINATOR + ".");
  }

  private boolean isAdversarial() {
    return counter.steps() >= config.adversary().start();
  }

  /** The generator's: reconstruction, perceptual, codebook, and what the discriminator says. */
  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    Tensor pictures = batch.get(Batch.PIXELS);
    PictureShape.require(pictures, downsampling());
    Tensor x = centred(pictures);
    Tensor z = latents(x);
    var quantized = quantizer.forward(z);
    Tensor y = pictures(quantized.passed()).to(ScalarType.Float);
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put("reconstruction_loss", torch.l1_loss(y, x));
    if (distance != null && config.perceptualWeight() > 0) {
      Tensor seen = y.add(new Scalar(1f)).div(new Scalar(2f));
      losses.put(
          "perceptual_loss",
          distance.of(seen, pictures).mul(new Scalar((float) config.perceptualWeight())));
    }
    if (isAdversarial()) {
      judge(y, losses);
      keep(y);
    }
    addCodebookLosses(z, quantized, losses);
    return losses;
  }

  /**
   * Adds what the discriminator says of pictures to the losses of likeness. It counts as much as
   * they do together, where all pull at the pictures.
   */
  private void judge(Tensor pictures, SequencedMap<String, Tensor> losses) {
    Tensor doubt = discriminator.forward(pictures).to(ScalarType.Float).mean().neg();
    var weight = new Scalar((float) config.adversary().weight());
    Tensor last = decoder == null ? null : decoder.lastWeight();
    if (last == null || !last.requires_grad() || !pictures.requires_grad()) {
      losses.put(ADVERSARIAL, doubt.mul(weight));
      return;
    }
    Tensor likeness = torch.zeros_like(last);
    losses.replaceAll((_, loss) -> {
      var of = PictureLoss.of(loss, pictures);
      likeness.add_(of.gradientAt(last));
      return of.loss();
    });
    var of = PictureLoss.of(doubt, pictures);
    Tensor ratio = likeness.norm().div(of.gradientAt(last).norm().add(new Scalar(1e-4f)));
    Tensor lambda =
        ratio.clamp(
            new ScalarOptional(new Scalar(0f)), new ScalarOptional(new Scalar((float) MOST)));
    losses.put(ADVERSARIAL, of.loss().mul(lambda).mul(weight));
  }

  /** Nothing before its start; afterwards it sees the pictures that the generator made. */
  private SequencedMap<String, Tensor> discriminatorLosses(Batch batch) {
    var losses = new LinkedHashMap<String, Tensor>();
    if (!isAdversarial()) {
      return losses;
    }
    Tensor x = centred(batch.get(Batch.PIXELS));
    Tensor real = discriminator.forward(x).to(ScalarType.Float);
    Tensor fake = discriminator.forward(made == null ? remade(x) : made).to(ScalarType.Float);
    losses.put("discriminator_loss", hinge(real, fake));
    return losses;
  }

  /** {@code (mean relu(1 - real) + mean relu(1 + fake)) / 2} of verdicts. */
  static Tensor hinge(Tensor real, Tensor fake) {
    try (var _ = Autocast.off(real.device())) {
      Tensor missed = torch.relu(real.neg().add(new Scalar(1f))).mean();
      Tensor fooled = torch.relu(fake.add(new Scalar(1f))).mean();
      return missed.add(fooled).mul(new Scalar(0.5f));
    }
  }

  private Tensor remade(Tensor x) {
    return Scope.run(() -> {
      try (var _ = new NoGrad()) {
        Tensor codes = quantizer.indices(latents(x));
        return pictures(quantizer.lookUp(codes)).to(ScalarType.Float);
      }
    });
  }

  private void keep(Tensor y) {
    forget();
    if (isTraining()) {
      made = Scope.keep(y.detach());
    }
  }

  private void forget() {
    if (made != null) {
      made.close();
      made = null;
    }
  }

  @Override
  public void afterStep() {
    super.afterStep();
    forget();
    counter.count();
  }

  @Override
  public void close() {
    forget();
    super.close();
  }
}
