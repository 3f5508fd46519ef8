package io.vlm4j.model.tokenizer;

import io.vlm4j.io.InputException;
import io.vlm4j.model.ImageTokenizer;
import io.vlm4j.model.Model;
import io.vlm4j.nn.Convolution;
import io.vlm4j.nn.Init;
import io.vlm4j.nn.Module;
import io.vlm4j.nn.StepCounter;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The discrete VAE of DALL-E (2102.12092, section 2.1 and appendix A): each place chooses among K
 * codes. In training the choice is softened, by Gumbel noise and a temperature that falls.
 *
 * <pre>
 * 0.8 pixels + 0.1 [B,3,H,W] -> conv 7x7 -> groups of blocks, halved between -> logits [B,K,h,w]
 * y = softmax((logits + Gumbel noise) / temperature) [B,K,h,w]; in use, the largest logit
 * y -> conv 1x1 -> groups of blocks, doubled between -> mu, ln b [B,3,H,W] each
 * loss = mean of -ln logit-Laplace(0.8 pixels + 0.1; mu, b)
 *        + beta / (3 H W) * sum over places of KL(softmax(logits), 1/K)
 * </pre>
 *
 * <p>The loss is the evidence bound over the number of values in a picture, as the paper's.
 */
public final class DVae extends Model implements ImageTokenizer {
  private final DVaeConfig config;
  private final Stack encoder;
  private final @Nullable Stack decoder;
  private final StepCounter counter;

  /** Random weights, normal with a variance of 1 by the fan-in. */
  public DVae(DVaeConfig config) {
    this.config = config;
    encoder = child("encoder", Stack.encoder(config));
    decoder = config.decodes() ? child("decoder", Stack.decoder(config)) : null;
    counter = scaffold("counter", StepCounter::new);
  }

  @Override
  public int codebookSize() {
    return config.codebookSize();
  }

  @Override
  public int downsampling() {
    return 1 << (config.groups() - 1);
  }

  boolean decodes() {
    return config.decodes();
  }

  /**
   * The logits of the codes at each place: {@code [B, 3, H, W] -> [B, K, h, w]}.
   *
   * @param pictures values from 0 to 1
   */
  public Tensor logits(Tensor pictures) {
    PictureShape.require(pictures, downsampling());
    return encoder.forward(LogitLaplace.mapped(pictures));
  }

  @Override
  public Tensor encode(Tensor pictures) {
    return Scope.run(() -> {
      try (var _ = new NoGrad()) {
        return logits(pictures).argmax(new LongOptional(1), false);
      }
    });
  }

  @Override
  public Tensor decode(Tensor codes) {
    return Scope.run(() -> {
      PictureShape.requireCodes(codes, codebookSize());
      try (var _ = new NoGrad()) {
        Tensor chosen = torch.one_hot(codes, codebookSize()).permute(0, 3, 1, 2);
        Tensor mu = half(parameters(chosen.to(ScalarType.Float)), 0);
        return LogitLaplace.unmapped(torch.sigmoid(mu));
      }
    });
  }

  /** mu and ln b of weights of codes: {@code [B, K, h, w] -> [B, 6, H, W]}. */
  private Tensor parameters(Tensor choice) {
    if (decoder == null) {
      throw new InputException("this tokenizer has no decoder: it can only encode");
    }
    return decoder.forward(choice).to(ScalarType.Float);
  }

  private static Tensor half(Tensor parameters, int index) {
    return Tensors.slice(parameters, 1, 3L * index, 3L * index + 3);
  }

  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    Tensor pictures = batch.get(Batch.PIXELS);
    Tensor logits = logits(pictures).to(ScalarType.Float);
    long steps = counter.steps();
    Tensor choice = relaxed(logits, config.temperatureAt(steps));
    Tensor made = parameters(choice);
    var losses = new LinkedHashMap<String, Tensor>();
    try (var _ = Autocast.off(pictures.device())) {
      Tensor x = LogitLaplace.mapped(pictures);
      losses.put(
          "reconstruction_loss", LogitLaplace.surprise(x, half(made, 0), half(made, 1)).mean());
      double share =
          (double) logits.size(2) * logits.size(3) / (pictures.numel() / pictures.size(0));
      losses.put(
          "kl_loss",
          divergence(logits).mul(new Scalar((float) (config.klWeightAt(steps) * share))));
    }
    return losses;
  }

  /** A sample of the Gumbel-softmax distribution (1611.01144) at each place. */
  private static Tensor relaxed(Tensor logits, double temperature) {
    try (var _ = Autocast.off(logits.device())) {
      Tensor noise = torch.empty_like(logits.detach()).exponential_().log().neg();
      return logits.add(noise).div(new Scalar((float) temperature)).softmax(1);
    }
  }

  /** KL(softmax(logits), 1/K), the mean over places: {@code ln K - H}. */
  private static Tensor divergence(Tensor logits) {
    Tensor logs = logits.log_softmax(1);
    return logs.exp().mul(logs).sum(1).mean().add(new Scalar((float) Math.log(logits.size(1))));
  }

  @Override
  public void afterStep() {
    counter.count();
  }

  @Override
  public Map<String, Double> gauges() {
    long steps = counter.steps();
    return Map.of(
        "temperature", config.temperatureAt(steps), "kl_weight", config.klWeightAt(steps));
  }

  private static Convolution convolution(long in, long out, long kernel) {
    double std = 1 / Math.sqrt(in * kernel * kernel);
    return new Convolution(
        Init.normal(std, out, in, kernel, kernel), Init.zeros(out), 1, kernel / 2);
  }

  /** {@code x + g * four convolutions with relus before}, g falling with the depth of the stack. */
  private static final class Block extends Module {
    private final @Nullable Convolution shortcut;
    private final List<Convolution> convolutions = new ArrayList<>();
    private final float gain;

    Block(long in, long out, int layers, long... kernels) {
      shortcut = in == out ? null : child("shortcut", convolution(in, out, 1));
      long inner = out / 4;
      long from = in;
      for (int i = 0; i < kernels.length; i++) {
        long to = i < kernels.length - 1 ? inner : out;
        convolutions.add(child("conv" + (i + 1), convolution(from, to, kernels[i])));
        from = to;
      }
      gain = 1f / (layers * layers);
    }

    Tensor forward(Tensor x) {
      return call(
          () -> {
            Tensor h = x;
            for (Convolution convolution : convolutions) {
              h = convolution.forward(torch.relu(h));
            }
            return (shortcut == null ? x : shortcut.forward(x)).add(h.mul(new Scalar(gain)));
          },
          x);
    }
  }

  /** The encoder or the decoder: a convolution, groups of blocks, relu, a convolution. */
  private static final class Stack extends Module {
    private final boolean halves;
    private final Convolution input;
    private final List<List<Block>> groups = new ArrayList<>();
    private final Convolution output;

    private Stack(
        boolean halves, Convolution input, DVaeConfig config, long[] widths, long... kernels) {
      this.halves = halves;
      this.input = child("input", input);
      int layers = config.groups() * config.blocks();
      for (int g = 1; g < widths.length; g++) {
        var group = new ArrayList<Block>();
        for (int b = 0; b < config.blocks(); b++) {
          long in = b == 0 ? widths[g - 1] : widths[g];
          group.add(
              child(
                  "group.%d.block.%d".formatted(g, b + 1),
                  new Block(in, widths[g], layers, kernels)));
        }
        groups.add(group);
      }
      long last = widths[widths.length - 1];
      output = child("output", convolution(last, halves ? config.codebookSize() : 6, 1));
    }

    static Stack encoder(DVaeConfig config) {
      var widths = new long[config.groups() + 1];
      widths[0] = config.width();
      for (int g = 1; g < widths.length; g++) {
        widths[g] = (long) config.width() << (g - 1);
      }
      return new Stack(true, convolution(3, config.width(), 7), config, widths, 3, 3, 3, 1);
    }

    static Stack decoder(DVaeConfig config) {
      var widths = new long[config.groups() + 1];
      widths[0] = config.decoderWidth();
      for (int g = 1; g < widths.length; g++) {
        widths[g] = (long) config.width() << (config.groups() - g);
      }
      Convolution input = convolution(config.codebookSize(), config.decoderWidth(), 1);
      return new Stack(false, input, config, widths, 1, 3, 3, 3);
    }

    Tensor forward(Tensor x) {
      return call(
          () -> {
            Tensor h = input.forward(x);
            for (int g = 0; g < groups.size(); g++) {
              for (Block block : groups.get(g)) {
                h = block.forward(h);
              }
              if (g < groups.size() - 1) {
                h = halves ? torch.max_pool2d(h, 2, 2) : doubled(h);
              }
            }
            return output.forward(torch.relu(h));
          },
          x);
    }

    private static Tensor doubled(Tensor h) {
      return torch.upsample_nearest2d(h, new long[] {2 * h.size(2), 2 * h.size(3)});
    }
  }
}
