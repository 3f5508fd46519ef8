package io.vlm4j.data.icons;

import io.vlm4j.data.Picture;
import io.vlm4j.image.Pixels;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Icons put on a ground, where each is known: pictures of which one can say what is left of what,
 * how many there are, and on which colour.
 *
 * @param side of the square picture, in pixels
 * @param ground its colour
 * @param items what is on it, the lowest first
 */
public record Scene(int side, Color ground, List<Item> items) {
  /** Copies the list. */
  public Scene {
    items = List.copyOf(items);
  }

  /**
   * An icon on the scene. Places and sizes are shares of the scene's side.
   *
   * @param x of its middle, from the left
   * @param y of its middle, from the top
   * @param size its side
   * @param degrees it is turned by, clockwise
   * @param tile the colour of a square beneath it, a little larger than it; null for none
   */
  public record Item(
      Picture icon, double x, double y, double size, double degrees, @Nullable Color tile) {
    /** An upright icon without a tile. */
    public Item(Picture icon, double x, double y, double size) {
      this(icon, x, y, size, 0, null);
    }
  }

  /** A picture of it, drawn when it is asked for. */
  public Picture picture(String name) {
    return Picture.drawn(name, this::draw);
  }

  /** Draws it. */
  public Pixels draw() {
    var image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(ground);
    graphics.fillRect(0, 0, side, side);
    items.forEach(item -> draw(item, graphics));
    graphics.dispose();
    return Pixels.of(image);
  }

  private void draw(Item item, Graphics2D graphics) {
    if (item.tile != null) {
      double size = 1.1 * item.size * side;
      graphics.setColor(item.tile);
      graphics.fill(
          new Rectangle2D.Double(item.x * side - size / 2, item.y * side - size / 2, size, size));
    }
    BufferedImage icon = item.icon.pixels().toBufferedImage();
    double scale = item.size * side / Math.max(icon.getWidth(), icon.getHeight());
    var place = AffineTransform.getTranslateInstance(item.x * side, item.y * side);
    place.rotate(Math.toRadians(item.degrees));
    place.scale(scale, scale);
    place.translate(-icon.getWidth() / 2.0, -icon.getHeight() / 2.0);
    graphics.drawImage(icon, place, null);
  }
}
