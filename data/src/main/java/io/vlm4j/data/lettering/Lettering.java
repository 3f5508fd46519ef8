package io.vlm4j.data.lettering;

import io.vlm4j.image.Pixels;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * One picture of text, ready to be drawn: the letters' outlines are laid out at one size, then
 * turned, scaled and moved to where they fit. So any font fits any picture, and nothing is cut off.
 *
 * @param background what is behind
 * @param letters the outline of all lines, in pixels of the picture
 * @param colour of the letters
 * @param width of the picture
 * @param height of the picture
 * @param letterSize height of a line's letters in the picture, in pixels
 */
record Lettering(
    Background background, Shape letters, Color colour, int width, int height, double letterSize) {
  private static final float LAYOUT_SIZE = 100;
  private static final double LINE_HEIGHT = 1.2;
  private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

  /**
   * Where letters go on a picture.
   *
   * @param degrees they are turned by
   * @param share of the largest size that fits, above 0, up to 1
   * @param across where they lie in the room that is left, from 0 (left) to 1
   * @param down the same from 0 (top) to 1
   */
  record Place(double degrees, double share, double across, double down) {}

  /** Lays lines out. */
  static Lettering of(
      List<String> lines,
      Font font,
      Place place,
      Background background,
      Color colour,
      int width,
      int height) {
    Shape block = outline(lines, font);
    Shape turned =
        AffineTransform.getRotateInstance(Math.toRadians(place.degrees))
            .createTransformedShape(block);
    Rectangle2D bounds = turned.getBounds2D();
    double margin = 0.04 * Math.min(width, height);
    double fitting =
        Math.min(
            (width - 2 * margin) / bounds.getWidth(), (height - 2 * margin) / bounds.getHeight());
    // A single dot must not become a ball that fills the picture.
    double scale = Math.min(fitting, 0.6 * height / LAYOUT_SIZE) * place.share;
    double roomAcross = width - 2 * margin - scale * bounds.getWidth();
    double roomDown = height - 2 * margin - scale * bounds.getHeight();
    var move =
        AffineTransform.getTranslateInstance(
            margin + place.across * roomAcross, margin + place.down * roomDown);
    move.scale(scale, scale);
    move.translate(-bounds.getX(), -bounds.getY());
    return new Lettering(
        background,
        move.createTransformedShape(turned),
        colour,
        width,
        height,
        scale * LAYOUT_SIZE);
  }

  private static Shape outline(List<String> lines, Font font) {
    Font large = font.deriveFont(LAYOUT_SIZE);
    var outline = new Path2D.Double(Path2D.WIND_NON_ZERO);
    for (int i = 0; i < lines.size(); i++) {
      var layout = new TextLayout(lines.get(i), large, CONTEXT);
      var place =
          AffineTransform.getTranslateInstance(
              -layout.getAdvance() / 2, i * LINE_HEIGHT * LAYOUT_SIZE);
      outline.append(layout.getOutline(place), false);
    }
    return outline;
  }

  /** Draws it. */
  Pixels draw() {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    background.paint(graphics, width, height);
    graphics.setColor(colour);
    graphics.fill(letters);
    graphics.dispose();
    return Pixels.of(image);
  }
}
