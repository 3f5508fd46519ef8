package io.vlm4j.data.lettering;

import java.awt.Color;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Colours that have a name in every caption. */
public enum NamedColour {
  /** About {@code #101010}. */
  BLACK(0x101010),
  /** About {@code #f6f6f6}. */
  WHITE(0xf6f6f6),
  /** About {@code #8a8a8a}. */
  GREY(0x8a8a8a),
  /** About {@code #c81e1e}. */
  RED(0xc81e1e),
  /** About {@code #ef7d14}. */
  ORANGE(0xef7d14),
  /** About {@code #f7d51d}. */
  YELLOW(0xf7d51d),
  /** About {@code #1f8a3b}. */
  GREEN(0x1f8a3b),
  /** About {@code #1f4fc4}. */
  BLUE(0x1f4fc4),
  /** About {@code #6f2da8}. */
  PURPLE(0x6f2da8),
  /** About {@code #f49ac1}. */
  PINK(0xf49ac1),
  /** About {@code #6b4423}. */
  BROWN(0x6b4423);

  private static final double LEAST_CONTRAST = 3; // what WCAG asks of large text
  private static final int JITTER = 12;

  private final int rgb;

  NamedColour(int rgb) {
    this.rgb = rgb;
  }

  /** Its name in a text. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Its name as it stands before a noun. */
  public String withArticle() {
    return ("aeiou".indexOf(word().charAt(0)) < 0 ? "a " : "an ") + word();
  }

  /** Any. */
  static NamedColour any(RandomGenerator chance) {
    return values()[chance.nextInt(values().length)];
  }

  /** One that can be read on a ground of this colour. */
  NamedColour legible(RandomGenerator chance) {
    List<NamedColour> legible =
        Arrays.stream(values()).filter(other -> contrast(other) >= LEAST_CONTRAST).toList();
    return legible.get(chance.nextInt(legible.size()));
  }

  /** It. */
  public Color colour() {
    return new Color(rgb);
  }

  /** A shade of it. */
  Color shade(RandomGenerator chance) {
    return new Color(
        near(rgb >> 16 & 0xff, chance), near(rgb >> 8 & 0xff, chance), near(rgb & 0xff, chance));
  }

  private static int near(int value, RandomGenerator chance) {
    return Math.clamp(value + chance.nextInt(-JITTER, JITTER + 1), 0, 255);
  }

  /** WCAG's ratio of contrast, from 1 to 21. */
  double contrast(NamedColour other) {
    double mine = luminance();
    double others = other.luminance();
    return (Math.max(mine, others) + 0.05) / (Math.min(mine, others) + 0.05);
  }

  private double luminance() {
    return 0.2126 * linear(rgb >> 16 & 0xff)
        + 0.7152 * linear(rgb >> 8 & 0xff)
        + 0.0722 * linear(rgb & 0xff);
  }

  private static double linear(int value) {
    double share = value / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }
}
