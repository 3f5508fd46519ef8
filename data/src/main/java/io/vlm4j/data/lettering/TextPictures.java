package io.vlm4j.data.lettering;

import io.vlm4j.data.Chance;
import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import java.awt.Color;
import java.awt.Font;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of text: words in many fonts, sizes, colours and angles, on grounds of many kinds.
 *
 * <p>A sample is a picture, a caption that quotes the text, and the metadata {@code text} (exactly
 * what is written, lines apart), {@code font}, {@code letter_size} in pixels, {@code degrees},
 * {@code colour}, {@code background} and {@code ground}. It depends on the seed, its number, the
 * words, the fonts and the JDK's drawing alone, and is made when it is asked for: some
 * milliseconds. Safe for any number of threads.
 */
public final class TextPictures {
  private static final int MOST_PIXELS_A_SIDE = 4096;
  private static final int LEAST_PIXELS_A_SIDE = 32;

  /** Letters below this size cannot be read: fewer words are written instead. */
  private static final double LEAST_LETTERS = 9;

  private static final int LARGEST_SHARD = 10_000;

  private static final List<String> CAPTIONS =
      List.of(
          "the text \"%1$s\"",
          "a picture of the words \"%1$s\"",
          "\"%1$s\" in %2$s letters",
          "%2$s letters on %4$s background that say \"%1$s\"",
          "%4$s sign that reads \"%1$s\"",
          "the words \"%1$s\" written in %2$s on %3$s");

  private final int side;
  private final long seed;
  private final Words words;
  private final Typefaces fonts;

  /**
   * A maker of pictures.
   *
   * @param side width of the pictures, and most of their height, in pixels
   * @throws InputException if the side lies outside of 32 to 4096
   */
  public TextPictures(int side, long seed, Words words, Typefaces fonts) {
    if (side < LEAST_PIXELS_A_SIDE || side > MOST_PIXELS_A_SIDE) {
      throw new InputException(
          "pictures of text must be %d to %d pixels wide, not %d"
              .formatted(LEAST_PIXELS_A_SIDE, MOST_PIXELS_A_SIDE, side));
    }
    this.side = side;
    this.seed = seed;
    this.words = words;
    this.fonts = fonts;
  }

  /**
   * So many of them. The name tells what they depend on.
   *
   * @throws InputException if there are none
   */
  public Source source(long count) {
    if (count < 1) {
      throw new InputException("the number of pictures must be at least 1, not " + count);
    }
    String name =
        "text-pictures:seed=%d,size=%d,words=%s,fonts=%s"
            .formatted(seed, side, words.fingerprint(), fonts.fingerprint());
    int shards = Math.toIntExact(Math.ceilDiv(count, LARGEST_SHARD));
    return new Source(name, new LazyList<>(shards, i -> shard(name, i, count)));
  }

  private Shard shard(String name, int index, long count) {
    long first = (long) index * LARGEST_SHARD;
    int size = (int) Math.min(LARGEST_SHARD, count - first);
    return Shard.of(name + "#" + index, new LazyList<>(size, i -> sample(name, first + i)));
  }

  private Sample sample(String name, long number) {
    RandomGenerator chance = Chance.of(seed, number, 0);
    List<List<String>> words = this.words.lines(chance);
    Look look = look(String.join("", joined(words)), chance);
    Lettering lettering = look.letter(joined(words), side);
    while (lettering.letterSize() < LEAST_LETTERS && !isShortest(words)) {
      words = shorter(words);
      lettering = look.letter(joined(words), side);
    }
    Lettering drawn = lettering;
    List<String> lines = joined(words);
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    metadata.put("text", String.join("\n", lines));
    metadata.put("font", look.font.getFontName(Locale.ROOT));
    metadata.put("letter_size", rounded(drawn.letterSize()));
    metadata.put("degrees", rounded(look.place.degrees()));
    metadata.put("colour", look.colour.word());
    metadata.put("background", look.ground.word());
    metadata.put("ground", look.background.kind().word());
    String key = "%09d".formatted(number);
    String caption =
        CAPTIONS
            .get(chance.nextInt(CAPTIONS.size()))
            .formatted(
                String.join(" ", lines),
                look.colour.word(),
                look.ground.word(),
                look.ground.withArticle());
    return new Sample(
        key,
        name + "/" + key,
        List.of(Picture.drawn(key + ".png", drawn::draw), new Part.Text(caption)),
        metadata);
  }

  /**
   * A square picture of a text on one line.
   *
   * @param chance decides how it looks; not used any more when the picture is drawn
   * @throws InputException if no font has all its letters
   */
  public Picture of(String text, RandomGenerator chance, String name) {
    Lettering lettering = look(text, chance).square(side).letter(List.of(text), side);
    return Picture.drawn(name, lettering::draw);
  }

  /** All that is left to chance but the text. */
  private record Look(
      Font font,
      NamedColour ground,
      NamedColour colour,
      Background background,
      Color shade,
      int height,
      Lettering.Place place) {
    Look square(int side) {
      return new Look(font, ground, colour, background, shade, side, place);
    }

    Lettering letter(List<String> lines, int width) {
      return Lettering.of(lines, font, place, background, shade, width, height);
    }
  }

  private Look look(String letters, RandomGenerator chance) {
    Font font = fonts.able(letters, chance);
    NamedColour ground = NamedColour.any(chance);
    NamedColour colour = ground.legible(chance);
    return new Look(
        font,
        ground,
        colour,
        Background.any(ground, chance),
        colour.shade(chance),
        chance.nextInt(side / 3, side + 1),
        new Lettering.Place(
            Math.clamp(10 * chance.nextGaussian(), -45, 45),
            chance.nextDouble(0.45, 1),
            chance.nextDouble(),
            chance.nextDouble()));
  }

  private static List<String> joined(List<List<String>> words) {
    return words.stream().map(line -> String.join(" ", line)).toList();
  }

  private static boolean isShortest(List<List<String>> words) {
    return words.size() == 1 && words.getFirst().size() == 1;
  }

  /** Without the last line, or the last word of the only one. */
  private static List<List<String>> shorter(List<List<String>> words) {
    List<String> first = words.getFirst();
    return words.size() > 1
        ? words.subList(0, words.size() - 1)
        : List.of(first.subList(0, first.size() - 1));
  }

  private static double rounded(double value) {
    return Math.round(10 * value) / 10.0;
  }
}
