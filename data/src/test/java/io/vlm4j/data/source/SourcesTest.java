package io.vlm4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Pairs;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {
  private static final Pixels RED = Pictures.plain(4, 3, 0xff0000);
  private static final Pixels BLUE = Pictures.plain(3, 4, 0x0000ff);

  @TempDir Path folder;

  @BeforeEach
  void writePictures() throws IOException {
    Pictures.write(folder.resolve("red.png"), RED);
    Pictures.write(folder.resolve("more/blue.png"), BLUE);
  }

  @ParameterizedTest
  @CsvSource({"pairs.csv, ','", "pairs.tsv, '\t'", "pairs.csv, '\t'", "pairs.txt, ','"})
  void theHeaderDecidesWhatSeparatesTheColumns(String name, String separator) throws IOException {
    Path table =
        table(
            name,
            """
            filepath,title
            red.png,a red square
            more/blue.png,a blue square
            """
                .replace(",", separator));

    List<Sample> samples = read(table, "filepath", "title");

    assertThat(samples).extracting(Sample::text).containsExactly("a red square", "a blue square");
    assertThat(samples).extracting(sample -> sample.picture().pixels()).containsExactly(RED, BLUE);
  }

  @Test
  void quotedFieldsMayHoldSeparatorsQuotesAndLineBreaks() throws IOException {
    Path table =
        table(
            "pairs.csv",
            """
            filepath,title
            "red.png","red, ""very""
            red"
            more/blue.png,blue
            """);

    List<Sample> samples = read(table, "filepath", "title");

    assertThat(samples).extracting(Sample::text).containsExactly("red, \"very\"\nred", "blue");
    assertThat(samples).extracting(Sample::origin).containsExactly(table + ":2", table + ":4");
  }

  @Test
  void theColumnsMayHaveOtherNamesAndNeighbours() throws IOException {
    Path table = table("pairs.csv", "caption,license,image\nred,CC0,red.png\n");

    List<Sample> samples = read(table, "image", "caption");

    assertThat(samples).extracting(Sample::text).containsExactly("red");
    assertThat(samples.getFirst().picture().pixels()).isEqualTo(RED);
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstColumn() throws IOException {
    Path table = table("pairs.csv", "\ufefffilepath,title\nred.png,red\n");

    assertThat(read(table, "filepath", "title")).hasSize(1);
  }

  @Test
  void aMissingColumnIsNamedWithThoseThatAreThere() throws IOException {
    Path table = table("pairs.csv", "image,caption\nred.png,red\n");

    assertThatThrownBy(() -> read(table, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessage(table + ":2: no column 'filepath'; the columns are [image, caption]");
  }

  @Test
  void aRowWithTooFewFieldsIsRefusedWithItsLine() throws IOException {
    Path table = table("pairs.csv", "filepath,title\nred.png,red\nmore/blue.png\n");

    assertThatThrownBy(() -> read(table, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(table + ": not a readable table: ")
        .hasMessageContaining("3")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "filepath,title\n"})
  void aTableWithoutRowsIsRefused(String content) throws IOException {
    Path table = table("pairs.csv", content);

    assertThatThrownBy(() -> read(table, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessage(table + ": no pictures with captions in it");
  }

  @Test
  void aMissingFileIsNamed() {
    Path absent = folder.resolve("absent.csv");

    assertThatThrownBy(() -> read(absent, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessage(absent + ": there is no such file or folder");
  }

  @Test
  void aFileThatIsNoTextIsRefused() throws IOException {
    Path picture = Files.copy(folder.resolve("red.png"), folder.resolve("red.csv"));

    assertThatThrownBy(() -> read(picture, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessage(picture + ": not text in UTF-8");
  }

  @Test
  void aFileOfNoKnownKindIsRefused() {
    Path picture = folder.resolve("red.png");

    assertThatThrownBy(() -> read(picture, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(picture + ": not a kind of data set that is known: .csv");
  }

  @Test
  void picturesAreLookedForBesideTheTable() throws IOException {
    Path table = table("more/pairs.csv", "filepath,title\nblue.png,blue\n../red.png,red\n");

    assertThat(read(table, "filepath", "title"))
        .extracting(sample -> sample.picture().pixels())
        .containsExactly(BLUE, RED);
  }

  @Test
  void aMissingPictureIsFoundOutWhenItIsDecoded() throws IOException {
    Path table = table("pairs.csv", "filepath,title\nabsent.png,nothing\n");

    Sample sample = read(table, "filepath", "title").getFirst();

    assertThatThrownBy(sample.picture()::pixels)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("absent.png: there is no such file");
  }

  @Test
  void aDamagedPictureIsNamedWhenItIsDecoded() throws IOException {
    Files.writeString(folder.resolve("no.png"), "no picture at all");
    Path table = table("pairs.csv", "filepath,title\nno.png,nothing\n");

    Sample sample = read(table, "filepath", "title").getFirst();

    assertThatThrownBy(sample.picture()::pixels)
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(folder.resolve("no.png") + ": not a picture in a known format");
  }

  @Test
  void aFolderPairsPicturesWithTheTextFilesBesideThem() throws IOException {
    Files.writeString(folder.resolve("red.txt"), "a red square\n\n  red \n");
    Files.writeString(folder.resolve("more/blue.txt"), "a blue square");

    List<Sample> samples = read(folder, "filepath", "title");

    assertThat(samples)
        .extracting(Sample::texts)
        .containsExactly(List.of("a blue square"), List.of("a red square", "red"));
    assertThat(samples).extracting(sample -> sample.picture().pixels()).containsExactly(BLUE, RED);
  }

  @Test
  void picturesWithoutCaptionAreLeftOut() throws IOException {
    Files.writeString(folder.resolve("red.txt"), "red");
    Pictures.write(folder.resolve("empty.png"), BLUE);
    Files.writeString(folder.resolve("empty.txt"), " \n");

    assertThat(read(folder, "filepath", "title"))
        .extracting(Sample::texts)
        .containsExactly(List.of("red"));
  }

  @Test
  void aCaptionThatIsNoTextIsLeftOut() throws IOException {
    Files.writeString(folder.resolve("red.txt"), "red");
    Files.write(
        folder.resolve("more/blue.txt"), "bleu foncé".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(read(folder, "filepath", "title")).extracting(Sample::text).containsExactly("red");
  }

  @Test
  void aLinkToAFolderIsAsGoodAsTheFolder() throws IOException {
    Files.writeString(folder.resolve("more/blue.txt"), "blue");
    Path link =
        Files.createSymbolicLink(
            folder.resolveSibling(folder.getFileName() + "-link"), folder.resolve("more"));
    try {
      assertThat(read(link, "filepath", "title")).extracting(Sample::text).containsExactly("blue");
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void aFolderWithoutPairsIsRefused() {
    assertThatThrownBy(() -> read(folder, "filepath", "title"))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + ": no pictures with captions in it");
  }

  @ParameterizedTest
  @CsvSource({"a.JPG, true", "b.webp, true", "c.txt, false", "png, false", "d, false"})
  void aPictureIsKnownByItsEnding(String name, boolean expected) throws IOException {
    assertThat(PictureNames.isPicture(Files.createFile(folder.resolve(name)))).isEqualTo(expected);
  }

  private Path table(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static List<Sample> read(Path path, String picture, String caption) {
    return Pairs.in(
        Sources.open(path.toString(), Columns.USUAL.withPicture(picture).withText(caption)));
  }
}
