package io.vlm4j.dialogue;

import io.vlm4j.image.Pixels;
import java.util.List;

/**
 * A picture as a {@link PictureReader} looks at it.
 *
 * @param squares what is looked at, each as {@link io.vlm4j.image.Preprocessing#toTensor} takes it
 * @param height of the picture itself, in pixels
 * @param width of the picture itself, in pixels
 * @param tokens how many tokens it takes in a text
 */
public record PictureViews(List<Pixels> squares, int height, int width, int tokens) {
  /** Copies the list. */
  public PictureViews {
    squares = List.copyOf(squares);
  }
}
