package io.vlm4j.eval.metric.caption;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionFileTest {
  @TempDir Path folder;

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("captions.json"), content);
  }

  @Test
  void cocosResultsAreAList() throws IOException {
    Path file =
        write(
            "[{\"image_id\": 9, \"caption\": \"a dog\"},\n {\"caption\": \"\", \"image_id\": 7}]");

    assertThat(CaptionFile.readSingle(file)).containsExactly(entry("9", "a dog"), entry("7", ""));
  }

  @Test
  void cocosAnnotationsAreUnderTheirName() throws IOException {
    Path file =
        write(
            """
            {"info": {"annotations": [1]}, "images": [{"id": 9, "caption": "no", "image_id": 3}],
             "annotations": [{"id": 1, "image_id": 9, "caption": "a dog"},
               {"id": 2, "image_id": 8, "caption": "a cat", "more": {"caption": 3}},
               {"id": 3, "image_id": 9, "caption": "one dog"}]}
            """);

    assertThat(CaptionFile.read(file))
        .containsExactly(entry("9", List.of("a dog", "one dog")), entry("8", List.of("a cat")));
  }

  @Test
  void linesHaveOneOrSeveralCaptions() throws IOException {
    Path file =
        write(
            """
            {"image_id": "x.png", "caption": "a dog"}

            {"image_id": "y.png", "captions": ["a cat", "one cat"], "score": 1}
            """);

    assertThat(CaptionFile.read(file))
        .containsExactly(
            entry("x.png", List.of("a dog")), entry("y.png", List.of("a cat", "one cat")));
  }

  @Test
  void wrongFilesAreRefusedWithTheirPlace() throws IOException {
    assertRefused(() -> CaptionFile.read(folder.resolve("none.json")), "cannot read", "none.json");
    assertRefused(
        () ->
            CaptionFile.read(write("[{\"image_id\": 1, \"caption\": \"a\"},\n{\"image_id\": 2}]")),
        "captions.json: record 2 (line 2) has no 'caption'",
        "\"image_id\"");
    assertRefused(() -> CaptionFile.read(write("{\"caption\": \"a\"}")), "no 'image_id'");
    assertRefused(() -> CaptionFile.read(write("[1]")), "line 1", "expected a list");
    assertRefused(() -> CaptionFile.read(write("[]")), "no captions");
    assertRefused(() -> CaptionFile.read(write("")), "no captions");
    assertRefused(() -> CaptionFile.read(write("image,caption\n")), "not valid JSON in line 1");
    assertRefused(
        () -> CaptionFile.read(write("[{\"image_id\": 1, \"caption\": \"a\"")), "not valid JSON");
    assertRefused(
        () -> CaptionFile.readSingle(write("{\"image_id\": 1, \"captions\": [\"a\", \"b\"]}")),
        "2 captions of picture '1'",
        "one for each");
  }
}
