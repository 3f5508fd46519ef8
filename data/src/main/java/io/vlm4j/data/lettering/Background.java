package io.vlm4j.data.lettering;

import io.vlm4j.data.Chance;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * What is behind the letters: shades of one colour, so that letters of another can be read on it.
 *
 * @param kind how it is painted
 * @param first of its shades
 * @param second of its shades
 * @param seed of where its marks are
 */
record Background(Kind kind, Color first, Color second, long seed) {
  /** How a ground is painted. */
  enum Kind {
    PLAIN,
    GRADIENT,
    STRIPED,
    SPOTTED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Any of a colour. */
  static Background any(NamedColour colour, RandomGenerator chance) {
    Kind kind = Kind.values()[chance.nextInt(Kind.values().length)];
    return new Background(kind, colour.shade(chance), colour.shade(chance), chance.nextLong());
  }

  void paint(Graphics2D graphics, int width, int height) {
    RandomGenerator chance = Chance.of(seed, 0, 0);
    graphics.setPaint(
        kind == Kind.GRADIENT
            ? new GradientPaint(0, 0, first, chance.nextInt(width), height, second)
            : first);
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(second);
    switch (kind) {
      case STRIPED -> stripes(graphics, width, height, chance);
      case SPOTTED -> spots(graphics, width, height, chance);
      case PLAIN, GRADIENT -> {}
    }
  }

  private static void stripes(Graphics2D graphics, int width, int height, RandomGenerator chance) {
    int step = chance.nextInt(6, 30);
    int slant = chance.nextInt(-height, height + 1);
    graphics.setStroke(new BasicStroke(step / 2f));
    for (int x = -height; x < width + height; x += step) {
      graphics.draw(new Line2D.Double(x, 0, x + (double) slant, height));
    }
  }

  private static void spots(Graphics2D graphics, int width, int height, RandomGenerator chance) {
    int count = chance.nextInt(10, 60);
    for (int i = 0; i < count; i++) {
      double size = chance.nextDouble(2, height / 4.0);
      graphics.fill(
          new Ellipse2D.Double(
              chance.nextDouble(-size, width), chance.nextDouble(-size, height), size, size));
    }
  }
}
