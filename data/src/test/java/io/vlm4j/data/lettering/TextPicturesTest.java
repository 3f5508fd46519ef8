package io.vlm4j.data.lettering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Randomness;
import java.awt.geom.Rectangle2D;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextPicturesTest {
  private final long seed = Randomness.ofTest().nextLong();

  @TempDir Path folder;

  @BeforeAll
  static void requireFonts() {
    try {
      Typefaces.ofThisMachine();
    } catch (InputException e) {
      abort(e.getMessage());
    }
  }

  private static List<Sample> samples(int side, long seed, Words words, int count) {
    Source source = new TextPictures(side, seed, words, Typefaces.ofThisMachine()).source(count);
    var skipped = new SkippedSamples();
    List<Sample> samples = source.stream(skipped).toList();
    assertThat(skipped.causes()).isEmpty();
    return samples;
  }

  @Test
  void sameSeedGivesTheSamePicturesAndAnotherSeedOthers() {
    List<Sample> first = samples(96, seed, Words.common(), 20);
    List<Sample> again = samples(96, seed, Words.common(), 20);
    List<Sample> others = samples(96, seed + 1, Words.common(), 20);

    for (int i = 0; i < first.size(); i++) {
      assertThat(again.get(i).metadata()).isEqualTo(first.get(i).metadata());
      assertThat(again.get(i).texts()).isEqualTo(first.get(i).texts());
      assertThat(again.get(i).picture().bytes()).isEqualTo(first.get(i).picture().bytes());
    }
    assertThat(others).extracting(Sample::metadata).isNotEqualTo(metadata(first));
  }

  private static List<?> metadata(List<Sample> samples) {
    return samples.stream().map(Sample::metadata).toList();
  }

  @Test
  void captionQuotesTheTextAndKeysDiffer() {
    List<Sample> samples = samples(224, seed, Words.common(), 300);

    assertThat(samples).extracting(Sample::key).doesNotHaveDuplicates();
    assertThat(samples)
        .as("seed %d", seed)
        .allMatch(s -> s.text().contains('"' + s.label("text").replace('\n', ' ') + '"'));
    assertThat(samples).extracting(s -> s.label("ground")).contains("plain", "gradient", "striped");
    assertThat(samples.stream().map(s -> s.label("colour")).distinct().count()).isGreaterThan(5);
  }

  @Test
  void everyPictureShowsSomethingThatIsNotItsGround() {
    for (Sample sample : samples(128, seed, Words.common(), 60)) {
      NamedColour ground = NamedColour.valueOf(sample.label("background").toUpperCase(Locale.ROOT));
      NamedColour colour = NamedColour.valueOf(sample.label("colour").toUpperCase(Locale.ROOT));
      Pixels picture = sample.picture().pixels();
      int area = picture.width() * picture.height();
      long letters = IntStream.range(0, area).filter(i -> !isNear(picture, i, ground)).count();

      assertThat(letters / (double) area)
          .as("%s of seed %d", sample.key(), seed)
          .isBetween(0.002, 0.6);
      assertThat(colour.contrast(ground)).isGreaterThanOrEqualTo(3);
    }
  }

  /** Shades differ from their colour by up to 12 in each channel. */
  private static boolean isNear(Pixels picture, int i, NamedColour colour) {
    var shade = colour.shade(new SplittableRandom(0));
    int[] rgb = {shade.getRed(), shade.getGreen(), shade.getBlue()};
    return IntStream.range(0, 3)
        .allMatch(c -> Math.abs((picture.rgb()[3 * i + c] & 0xff) - rgb[c]) <= 25);
  }

  @Test
  void nothingIsCutOff() {
    var chance = new SplittableRandom(seed);
    Typefaces fonts = Typefaces.ofThisMachine();
    for (int i = 0; i < 100; i++) {
      List<String> lines =
          Words.common().lines(chance).stream().map(line -> String.join(" ", line)).toList();
      var place =
          new Lettering.Place(
              chance.nextDouble(-45, 45),
              chance.nextDouble(0.1, 1),
              chance.nextDouble(),
              chance.nextDouble());
      var ground = Background.any(NamedColour.WHITE, chance);
      var colour = NamedColour.BLACK.shade(chance);

      var made =
          Lettering.of(
              lines, fonts.able(String.join("", lines), chance), place, ground, colour, 120, 60);

      assertThat(new Rectangle2D.Double(0, 0, 120, 60).contains(made.letters().getBounds2D()))
          .as("%s of seed %d", lines, seed)
          .isTrue();
    }
  }

  @Test
  void smallPicturesHaveFewerWordsInsteadOfDust() {
    assertThat(samples(64, seed, Words.common(), 200))
        .as("seed %d", seed)
        .allMatch(sample ->
            !sample.label("text").matches("(?s).*\\s.*")
                || Double.parseDouble(sample.label("letter_size")) >= 9);
  }

  @Test
  void aGivenListIsWrittenAsItStands() throws Exception {
    Path file = folder.resolve("words.txt");
    Files.writeString(file, "\ufeffÉcole Nº 5\n\n  iPhone \n" + "x".repeat(200) + "\n");
    var found = new HashSet<String>();

    for (Sample sample : samples(224, seed, Words.read(file), 100)) {
      found.addAll(List.of(sample.label("text").replace("École Nº 5", "E").split("\\s")));
    }

    assertThat(found).containsExactlyInAnyOrder("E", "iPhone");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    Path broken = Files.writeString(folder.resolve("broken.ttf"), "no font");
    Typefaces fonts = Typefaces.ofThisMachine();

    assertThatThrownBy(() -> Words.read(empty))
        .isInstanceOf(InputException.class)
        .hasMessage(empty + ": no words: expected a line for each, of at most 60 characters");
    assertThatThrownBy(() -> Typefaces.in(folder))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(broken + ": not a font that can be read");
    assertThatThrownBy(() -> Typefaces.in(Files.createDirectory(folder.resolve("none"))))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("no .ttf, .otf or .ttc files in this folder");
    assertThatThrownBy(() -> new TextPictures(8, 0, Words.common(), fonts))
        .isInstanceOf(InputException.class)
        .hasMessage("pictures of text must be 32 to 4096 pixels wide, not 8");
    assertThatThrownBy(() -> new TextPictures(64, 0, Words.common(), fonts).source(0))
        .isInstanceOf(InputException.class)
        .hasMessage("the number of pictures must be at least 1, not 0");
  }
}
