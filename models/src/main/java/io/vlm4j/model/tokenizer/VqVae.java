package io.vlm4j.model.tokenizer;

import io.vlm4j.model.FeatureMaps;
import io.vlm4j.nn.Convolution;
import io.vlm4j.nn.Module;
import io.vlm4j.nn.TransposedConvolution;
import io.vlm4j.nn.VectorQuantizer;
import io.vlm4j.tensor.Batch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * VQ-VAE (1711.00937, section 4.1): convolutions of stride 2, residual blocks, the nearest of K
 * codes at each place, and the way back.
 *
 * <pre>
 * pixels [B,3,H,W] -> (conv 4x4 stride 2, relu) x n -> conv 3x3 -> residual -> 1x1 -> z [B,d,h,w]
 * e = the code nearest to z at each place; gradient of e goes to z
 * e -> conv 3x3 -> residual -> (transposed conv 4x4 stride 2) x n -> pixels
 * loss = |x - x'|² + |sg(z) - e|² + beta |z - sg(e)|², means over all elements
 * </pre>
 *
 * <p>Codes that are running means (appendix A.1) need no second term.
 */
public final class VqVae extends CodebookTokenizer implements FeatureMaps {
  private final VqVaeConfig config;
  private final Encoder encoder;
  private final VectorQuantizer quantizer;
  private final Decoder decoder;

  /** Random weights, as PyTorch draws them. */
  public VqVae(VqVaeConfig config) {
    super(config.codebook(), config.commitment());
    this.config = config;
    encoder = child("encoder", new Encoder(config));
    quantizer = child("quantizer", new VectorQuantizer(config.codebook()));
    decoder = child("decoder", new Decoder(config));
  }

  @Override
  public int downsampling() {
    return 1 << config.halvings();
  }

  @Override
  Tensor latents(Tensor x) {
    return encoder.forward(x);
  }

  @Override
  Tensor pictures(Tensor z) {
    return decoder.forward(z);
  }

  @Override
  VectorQuantizer quantizer() {
    return quantizer;
  }

  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    Tensor pictures = batch.get(Batch.PIXELS);
    PictureShape.require(pictures, downsampling());
    Tensor x = centred(pictures);
    Tensor z = latents(x);
    var quantized = quantizer.forward(z);
    Tensor made = pictures(quantized.passed()).to(ScalarType.Float);
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put("reconstruction_loss", torch.mse_loss(made, x));
    addCodebookLosses(z, quantized, losses);
    return losses;
  }

  /** What the encoder sees at each size. */
  @Override
  public List<Tensor> featureMaps(Tensor pictures) {
    return encoder.maps(centred(pictures));
  }

  /** {@code x + conv 1x1(relu(conv 3x3(relu(x))))}, n times, and a relu at the end. */
  private static final class Residual extends Module {
    private final List<Convolution> wide = new ArrayList<>();
    private final List<Convolution> narrow = new ArrayList<>();

    Residual(VqVaeConfig config) {
      for (int i = 0; i < config.residualBlocks(); i++) {
        wide.add(child(i + ".conv1", new Convolution(config.width(), config.residualWidth(), 3)));
        narrow.add(child(i + ".conv2", new Convolution(config.residualWidth(), config.width(), 1)));
      }
    }

    Tensor forward(Tensor x) {
      return call(
          () -> {
            Tensor h = x;
            for (int i = 0; i < wide.size(); i++) {
              Tensor inner = torch.relu(wide.get(i).forward(torch.relu(h)));
              h = h.add(narrow.get(i).forward(inner));
            }
            return torch.relu(h);
          },
          x);
    }
  }

  private static final class Encoder extends Module {
    private final List<Convolution> down = new ArrayList<>();
    private final Convolution conv;
    private final Residual residual;
    private final Convolution out;

    Encoder(VqVaeConfig config) {
      int width = config.width();
      for (int i = 0; i < config.halvings(); i++) {
        down.add(child("down." + i, new Convolution(i == 0 ? 3 : width, width, 4, 2, 1)));
      }
      conv = child("conv", new Convolution(width, width, 3));
      residual = child("residual", new Residual(config));
      out = child("out", new Convolution(width, config.codebook().width(), 1));
    }

    Tensor forward(Tensor x) {
      return call(() -> out.forward(residual.forward(conv.forward(maps(x).getLast()))), x);
    }

    List<Tensor> maps(Tensor x) {
      var maps = new ArrayList<Tensor>();
      Tensor h = x;
      for (Convolution convolution : down) {
        h = torch.relu(convolution.forward(h));
        maps.add(h);
      }
      return maps;
    }
  }

  private static final class Decoder extends Module {
    private final Convolution conv;
    private final Residual residual;
    private final List<TransposedConvolution> up = new ArrayList<>();

    Decoder(VqVaeConfig config) {
      int width = config.width();
      conv = child("conv", new Convolution(config.codebook().width(), width, 3));
      residual = child("residual", new Residual(config));
      for (int i = config.halvings() - 1; i >= 0; i--) {
        up.add(child("up." + i, new TransposedConvolution(width, i == 0 ? 3 : width, 4, 2, 1)));
      }
    }

    Tensor forward(Tensor z) {
      return call(
          () -> {
            Tensor h = residual.forward(conv.forward(z));
            for (TransposedConvolution convolution : up.subList(0, up.size() - 1)) {
              h = torch.relu(convolution.forward(h));
            }
            return up.getLast().forward(h);
          },
          z);
    }
  }
}
