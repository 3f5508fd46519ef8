package io.vlm4j.data.records;

import static io.vlm4j.data.records.Layouts.complaints;
import static io.vlm4j.data.records.Layouts.parts;
import static io.vlm4j.data.records.Layouts.pictures;
import static io.vlm4j.data.records.Layouts.sample;
import static io.vlm4j.data.records.Layouts.samples;
import static io.vlm4j.data.records.Layouts.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts of longer documents: texts and pictures in order, pages, clips. */
class DocumentRecordsTest {
  @TempDir Path folder;

  @Test
  void obelicsAlternatesTextsAndPictures() throws IOException {
    Path file =
        write(
            folder.resolve("docs.jsonl"),
            """
            {"images": [null, "https://a.org/img/1.jpg?w=3#x", null],
             "texts": ["Before.", null, "After."],
             "metadata": "[null, {\\"alt_text\\": \\"a cat\\"}, null]",
             "general_metadata": "{\\"url\\": \\"https://a.org/\\"}", "url": "u"}
            """
                .replace("\n", " "));
    pictures(folder, "a.org/img/1.jpg?w=3");

    Sample sample = sample(ObelicsDocuments.read(file, folder));

    assertThat(sample.key()).isEqualTo("docs-0");
    assertThat(parts(sample)).containsExactly("Before.", "picture 1", "After.");
    assertThat(sample.metadata())
        .containsEntry("metadata", Arrays.asList(null, Map.of("alt_text", "a cat"), null))
        .containsEntry("general_metadata", Map.of("url", "https://a.org/"))
        .containsEntry("url", "u");
  }

  @Test
  void obelicsNeedsOneOfTextAndImageAtEachIndex() throws IOException {
    Path file =
        write(
            folder.resolve("docs.jsonl"),
            """
            {"images": [null], "texts": [null]}
            {"images": [null, "x"], "texts": ["a", "b"]}
            {"images": [null], "texts": ["a", "b"]}
            {"images": [3], "texts": [null]}
            {"texts": ["a"]}
            {"images": [null], "texts": ["a"], "metadata": "{"}
            """);

    assertThat(complaints(ObelicsDocuments.read(file, folder)))
        .satisfiesExactly(
            one ->
                assertThat(one).isEqualTo(file + ":1: nothing at 0, expected an image or a text"),
            one ->
                assertThat(one)
                    .isEqualTo(file + ":2: an image and a text at 1, expected an image or a text"),
            one -> assertThat(one).isEqualTo(file + ":3: 1 images beside 2 texts"),
            one -> assertThat(one).isEqualTo(file + ":4: 'images[0]' is neither a text nor null"),
            one -> assertThat(one).isEqualTo(file + ":5: 'images' is missing, expected a list"),
            one -> assertThat(one).startsWith(file + ":6: not valid JSON"));
  }

  @Test
  void mmc4PutsAPictureBeforeItsSentence() throws IOException {
    write(
        folder.resolve("docs/docs_no_face_shard_1_v3.jsonl"),
        """
        {"image_info": [
          {"face_detections": null, "image_name": "1.jpg", "matched_sim": 0.27,
           "matched_text_index": 2, "raw_url": "http://h.com/90.jpg"},
          {"face_detections": null, "image_name": "2.jpg", "matched_sim": 0.32,
           "matched_text_index": 1, "raw_url": "http://h.com/91.jpg"}],
         "similarity_matrix": [[0.24, 0.31, 0.27], [0.22, 0.32, 0.26]],
         "text_list": ["When.", "Press.", "Lock."], "url": "http://h.com/48.html",
         "could_have_url_duplicate": 0}
        """
            .replace("\n", " "));
    Path second =
        write(
            folder.resolve("docs/docs_no_face_shard_2_v3.jsonl"),
            "{\"text_list\": [\"a\"], \"image_info\": [{\"image_name\": \"1.jpg\","
                + " \"matched_text_index\": 1}]}");
    pictures(folder.resolve("images"), "1.jpg", "2.jpg");

    var source = Mmc4Documents.read(folder.resolve("docs"), folder.resolve("images"));
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(sample.key()).isEqualTo("docs_no_face_shard_1_v3-0");
    assertThat(parts(sample)).containsExactly("When.", "picture 2", "Press.", "picture 1", "Lock.");
    assertThat(sample.metadata())
        .containsEntry(
            "similarity_matrix", List.of(List.of(0.24, 0.31, 0.27), List.of(0.22, 0.32, 0.26)))
        .containsEntry("url", "http://h.com/48.html");
    assertThat((List<?>) sample.metadata().get("image_info"))
        .first()
        .hasToString(
            "{face_detections=null, matched_sim=0.32, raw_url=http://h.com/91.jpg, row=1}");
    assertThat(source.shards()).hasSize(2);
    assertThat(complaints(source))
        .containsExactly(second + ":1: an image is matched to sentence 1 of 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "archive"})
  void pagesKeepTheOrderOfTextsAndPictures(String form) throws IOException {
    Path pages = form.equals("folder") ? folder.resolve("help") : folder.resolve("help.jar");
    Path root =
        form.equals("folder")
            ? pages
            : FileSystems.newFileSystem(pages, Map.of("create", "true")).getPath("/");
    pictures(folder.resolve("help"), "images/new project.png", "top.png");
    pictures(folder, "outside.png");
    String inline =
        Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("help/top.png")));
    String page =
        """
        <html><head><title>Creating &amp; more</title><style>p {}</style></head><body>
        <h1>Creating</h1><script>no()</script>
        <p>Click <b>New</b>
           now<br>or later.<img src="../images/new%%20project.png?x" alt="the wizard">Then</p>
        <ul><li>one<li>two <img src="/top.png"></ul>
        <pre>  a
           b</pre>
        <p><img src="data:image/png;base64,%s"><img src="http://x.org/a.png"><img src="gone.png" alt="Go">on<img src="x.SVG">
        <img src="../../outside.png"></p>
        </body></html>
        """
            .formatted(inline);
    Files.createDirectories(root.resolve("tasks"));
    Files.createDirectories(root.resolve("images"));
    Files.writeString(root.resolve("tasks/new.html"), page);
    if (form.equals("archive")) {
      for (String name : List.of("images/new project.png", "top.png")) {
        Files.copy(folder.resolve("help").resolve(name), root.resolve(name));
      }
      root.getFileSystem().close();
    }

    Sample sample = sample(HtmlPages.read(pages));

    assertThat(sample.key()).isEqualTo("tasks/new_html");
    assertThat(sample.origin())
        .isEqualTo(pages + (form.equals("folder") ? "/" : "!/") + "tasks/new.html");
    assertThat(parts(sample))
        .containsExactly(
            "Creating",
            "Click New now or later.",
            "picture 1",
            "Then",
            "one",
            "two",
            "picture 2",
            "  a\n   b",
            "picture 2",
            "Go on");
    assertThat(sample.metadata())
        .containsEntry("title", "Creating & more")
        .containsEntry("alt", Arrays.asList("the wizard", null, null))
        .containsEntry(
            "left_out", List.of("http://x.org/a.png", "gone.png", "x.SVG", "../../outside.png"));
  }

  @Test
  void whatHoldsNoPagesIsRefused() throws IOException {
    Path file = write(folder.resolve("a.txt"), "x");

    for (Path none : List.of(file, folder)) {
      assertThatThrownBy(() -> HtmlPages.read(none).size())
          .isInstanceOf(InputException.class)
          .hasMessage(none + ": expected a folder or archive with .html pages");
    }
  }

  @Test
  void clipsAreFramesInTheOrderOfTheirNumbers() throws IOException {
    pictures(folder.resolve("clips/a.b"), "f_9.png", "f_10.png", "f_14.png");
    write(folder.resolve("clips/a.b.txt"), "A door opens.\n");
    write(folder.resolve("clips/empty/notes.md"), "");
    pictures(folder.resolve("clips/odd"), "first.png");
    pictures(folder.resolve("clips/twice"), "1.png", "01.png");

    Files.createDirectories(folder.resolve("none"));

    var source = ClipFolders.read(folder.resolve("clips"), 2);
    Sample sample = source.shards().getFirst().open().getFirst();
    var frames = sample.all(Part.Frames.class).getFirst();

    assertThat(sample.key()).isEqualTo("a_b");
    assertThat(sample.text()).isEqualTo("A door opens.");
    assertThat(frames.pictures()).extracting(Layouts::number).containsExactly(1, 2, 3);
    assertThat(frames.seconds()).containsExactly(0.0, 0.5, 2.5);
    assertThat(complaints(source))
        .satisfiesExactly(
            one -> assertThat(one).endsWith("clips/empty: no frames in this folder"),
            one -> assertThat(one).endsWith("first.png: a frame without a number in its name"),
            one -> assertThat(one).endsWith("1.png: the same number as 01.png"));
    assertThatThrownBy(() -> ClipFolders.read(folder, 0)).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> samples(ClipFolders.read(folder.resolve("none"), 1)))
        .hasMessageEndingWith(
            "none: expected clips: a folder of numbered frames each, or animated"
                + " GIF, WebP or PNG files");
  }

  @Test
  void animatedFilesAreClipsWithTheirTimes() throws IOException {
    Files.createDirectories(folder.resolve("clips"));
    // Two frames of 2 x 1 pixels, red and blue, shown for 0.5 and 0.2 seconds.
    String gif =
        "47494638396102000100810000ff0000000000000000000000"
            + "21f90400320000002c00000000020001000008050001000808002"
            + "1f90401140001002c0000000002000100810000ff00000000000000000008050001000808003b";
    Files.write(folder.resolve("clips/a.b.gif"), HexFormat.of().parseHex(gif));
    write(folder.resolve("clips/a.b.txt"), "Red turns blue.");
    write(folder.resolve("clips/broken.webp"), "RIFF");
    pictures(folder.resolve("clips/c"), "1.png", "2.png");

    var source = ClipFolders.read(folder.resolve("clips"), 1);
    List<Sample> samples = source.shards().getFirst().open();
    Sample sample = samples.getFirst();
    var frames = sample.all(Part.Frames.class).getFirst();

    assertThat(sample.key()).isEqualTo("a_b");
    assertThat(sample.text()).isEqualTo("Red turns blue.");
    assertThat(sample.metadata()).containsEntry("seconds", 0.7);
    assertThat(frames.seconds()).containsExactly(0.0, 0.5);
    assertThat(frames.pictures())
        .extracting(Picture::pixels)
        .containsExactly(Pictures.plain(2, 1, 0xff0000), Pictures.plain(2, 1, 0x0000ff));
    assertThat(ImageDecoder.decode(frames.pictures().getLast().bytes()))
        .isEqualTo(Pictures.plain(2, 1, 0x0000ff));
    assertThat(samples.get(2).all(Part.Frames.class).getFirst().pictures()).hasSize(2);
    assertThat(complaints(source))
        .singleElement()
        .satisfies(one -> assertThat(one).contains("clips/broken.webp: "));
  }
}
