package io.vlm4j.model.backbone;

import io.vlm4j.dialogue.PictureReader;
import io.vlm4j.dialogue.PictureViews;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.InputException;
import io.vlm4j.model.contrastive.TwoTowerConfig;
import io.vlm4j.nn.Activation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a {@link Llava}.
 *
 * @param vision the image tower, CLIP's
 * @param featureLayer after how many of its blocks its tokens are taken
 * @param classToken whether its class token is among them
 * @param projector what makes its tokens vectors of the language model
 * @param language the language model
 * @param pictureId the id in the places of pictures; need not be one of the vocabulary
 * @param anyRes how pictures are cut into views, as in LLaVA-NeXT; null for one view a picture
 */
public record LlavaConfig(
    TwoTowerConfig.Vision vision,
    int featureLayer,
    boolean classToken,
    Projector projector,
    LlamaConfig language,
    int pictureId,
    @Nullable AnyRes anyRes)
    implements PictureReader {
  /**
   * What makes tokens of the image tower vectors of the language model.
   *
   * @param kind {@code linear}, {@code mlp} for two layers, {@code mlp3} to {@code mlp9} for more,
   *     or {@code identity} for none
   * @param activation between the two, by its name in Hugging Face configurations
   * @param bias whether layers have one
   */
  public record Projector(String kind, String activation, boolean bias) {
    /** Checks the names. */
    public Projector {
      if (!kind.matches("identity|linear|mlp[3-9]?")) {
        throw new InputException(
            "unknown projector '" + kind + "': use linear, mlp, mlp3 to mlp9 or identity");
      }
      Activation.of(activation);
    }

    /** The number of linear layers; the activation is between them. */
    int layers() {
      return switch (kind) {
        case "identity" -> 0;
        case "linear" -> 1;
        case "mlp" -> 2;
        default -> kind.charAt(3) - '0';
      };
    }
  }

  /** Checks the numbers. */
  public LlavaConfig {
    if (featureLayer < 1 || featureLayer > vision.layers()) {
      throw new InputException(
          "featureLayer must be 1 to %d, the image tower's layers, not %d"
              .formatted(vision.layers(), featureLayer));
    }
    if (projector.layers() == 0 && vision.width() != language.width()) {
      throw new InputException(
          "an identity is no projector from %d numbers to %d"
              .formatted(vision.width(), language.width()));
    }
    if (anyRes != null) {
      int side = vision.imageSize();
      for (AnyRes.Canvas canvas : anyRes.canvases()) {
        if (canvas.height() % side != 0 || canvas.width() % side != 0 || canvas.area() < 1) {
          throw new InputException(
              "a canvas of %d x %d is not made of views of %d pixels a side"
                  .formatted(canvas.height(), canvas.width(), side));
        }
      }
      if (classToken) {
        throw new InputException("anyRes puts patches together: classToken must be false");
      }
    }
  }

  /** The tokens of a view. */
  int viewTokens() {
    return vision.patches() + (classToken ? 1 : 0);
  }

  @Override
  public PictureViews views(Pixels picture, Preprocessing preprocessing) {
    int height = picture.height();
    int width = picture.width();
    if (anyRes == null) {
      return new PictureViews(List.of(preprocessing.square(picture)), height, width, viewTokens());
    }
    int side = vision.imageSize();
    return new PictureViews(
        anyRes.views(picture, side, preprocessing.filter()),
        height,
        width,
        anyRes.tokens(height, width, side, side / vision.patchSize()));
  }

  LlavaConfig withVision(TwoTowerConfig.Vision other) {
    // The layer before the last stays that.
    int layer = Math.max(1, other.layers() - (vision.layers() - featureLayer));
    return new LlavaConfig(other, layer, classToken, projector, language, pictureId, anyRes);
  }

  LlavaConfig withLanguage(LlamaConfig other) {
    return new LlavaConfig(vision, featureLayer, classToken, projector, other, pictureId, anyRes);
  }
}
