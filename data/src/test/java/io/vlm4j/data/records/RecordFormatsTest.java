package io.vlm4j.data.records;

import static io.vlm4j.data.records.Layouts.complaints;
import static io.vlm4j.data.records.Layouts.samples;
import static io.vlm4j.data.records.Layouts.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What all layouts share: the list of them, and how files are read that are not as they should be.
 */
class RecordFormatsTest {
  private static final List<String> FOLDERS = List.of("html", "clips", "dci");

  @TempDir Path folder;

  static Stream<String> ofFiles() {
    return RecordFormats.all().stream()
        .map(RecordFormats.Format::name)
        .filter(name -> !FOLDERS.contains(name));
  }

  @Test
  void namesAreUniqueAndDescribed() {
    assertThat(RecordFormats.all()).extracting(RecordFormats.Format::name).doesNotHaveDuplicates();
    assertThat(RecordFormats.all())
        .allSatisfy(format -> assertThat(format.description()).isNotBlank().doesNotContain("\n"));
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    assertThatThrownBy(() -> RecordFormats.named("coco"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("no record format 'coco'; there are [coco-captions, ");
  }

  @Test
  void theNumberOfFilesIsChecked() {
    var format = RecordFormats.named("vqa-v2");

    for (List<Path> files : List.of(List.<Path>of(), List.of(folder, folder, folder))) {
      assertThatThrownBy(() -> format.open(files, folder))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "'vqa-v2' takes the files [questions, annotations?]; %d are given"
                  .formatted(files.size()));
    }
  }

  @ParameterizedTest
  @MethodSource("ofFiles")
  void aFileOfAnotherLayoutIsAnsweredWithWhatWasExpected(String name) throws IOException {
    var format = RecordFormats.named(name);
    for (String content :
        List.of("", " \n", "{\"x\": 1}", "[{\"x\": 1}]", "word", "{\"images\": [", "\u0089PNG")) {
      Path file = write(folder.resolve("file.json"), content);
      var source = format.open(List.of(file), folder);

      if (complaints(source).isEmpty()) {
        assertThat(source.size()).isZero();
      } else {
        assertThat(complaints(source))
            .allSatisfy(one -> assertThat(one).startsWith(file.toString()).doesNotContain("\n"));
      }
      assertThat(complaints(source)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("ofFiles")
  void aMissingFileIsNamed(String name) {
    Path absent = folder.resolve("absent.json");

    assertThat(complaints(RecordFormats.named(name).open(List.of(absent), folder)))
        .containsExactly("cannot read " + absent + ": there is no such file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.jpg",
        "a/../../secret.jpg",
        "..\\\\secret.jpg",
        "/etc/passwd",
        "C:/secret.jpg",
        "C:\\\\secret.jpg",
        "\\\\\\\\host\\\\secret.jpg",
        "http://../secret.jpg",
        "https://a.org/../../secret.jpg",
        " ",
        "a\\u0000b"
      })
  void picturesStayWithinTheirFolder(String name) throws IOException {
    Path file =
        write(
            folder.resolve("pope.jsonl"),
            """
            {"question_id": 1, "image": "%s", "text": "?", "label": "yes"}
            {"question_id": 2, "image": "within/a..b.jpg", "text": "?", "label": "yes"}
            """
                .formatted(name));

    assertThat(complaints(PopeQuestions.read(file, folder)))
        .singleElement()
        .asString()
        .startsWith(file + ":1: picture '");
  }

  @Test
  void aMissingPictureIsFoundOutWhenItIsRead() throws IOException {
    Path file =
        write(
            folder.resolve("mix.jsonl"),
            "{\"image\": \"a.jpg\", \"conversations\": [{\"from\": \"human\", \"value\":"
                + " \"<image>\"}]}");

    Sample sample = samples(LlavaConversations.read(file, folder)).getFirst();

    assertThatThrownBy(() -> sample.picture().bytes())
        .isInstanceOf(InputException.class)
        .hasMessage("cannot read " + folder.resolve("a.jpg") + ": there is no such file");
  }

  @Test
  void recordsAreFoundWhateverSurroundsThem() throws IOException {
    String many = "x".repeat(20_000); // beyond one buffer of the parser
    String json =
        "\ufeff{ \"a\" : [ { \"images\" : [ 1 ] } ] , \"info\":\"%s\",\n\"images\"  :\r\n"
                .formatted(many)
            + "[ { \"imgid\" : 5 , \"split\":\"val\" , \"filename\":\"ä𝄞.jpg\",\n"
            + " \"sentences\" : [ { \"raw\" : \"ö %s\" } ] }\t,\n".formatted(many)
            + "{\"filename\":\"b.jpg\",\"imgid\":6,\"sentences\":[],\"split\":\"val\"}]}\n";
    Path file = Files.write(folder.resolve("d.json"), json.getBytes(StandardCharsets.UTF_8));

    var samples = samples(RecordFormats.named("karpathy-val").open(List.of(file), folder));

    assertThat(samples).extracting(Sample::key).containsExactly("5", "6");
    assertThat(samples.getFirst().text()).isEqualTo("ö " + many);
    assertThat(samples.getFirst().picture().name()).endsWith("ä𝄞.jpg");
  }

  @Test
  void aLineThatIsNotUtf8SpoilsOnlyItself() throws IOException {
    String line = "{\"texts\": [\"é\"], \"images\": [null]}\n";
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(line.getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(folder.resolve("docs.jsonl"), bytes.toByteArray());

    var source = ObelicsDocuments.read(file, folder);

    assertThat(source.shards().getFirst().open().getLast().text()).isEqualTo("é");
    assertThat(complaints(source)).containsExactly(file + ":1: its bytes: not text in UTF-8");
  }

  @Test
  void utf16IsRefused() throws IOException {
    String json = "[{\"conversations\": []}]";
    Path file = Files.write(folder.resolve("mix.json"), json.getBytes(StandardCharsets.UTF_16LE));

    assertThat(complaints(LlavaConversations.read(file, folder)))
        .containsExactly(file + ": not UTF-8");
  }

  @Test
  void aFolderWithoutAnnotationsIsRefused() {
    assertThatThrownBy(() -> PopeQuestions.read(folder, folder))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + ": no .json or .jsonl file in this folder");
  }
}
