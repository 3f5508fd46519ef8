package io.vlm4j.io;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class JsonTest {
  record Size(int width, double scale) {}

  record Settings(String name, Size size, boolean fast, List<Integer> steps) {
    Settings {
      if (name.isEmpty()) {
        throw new InputException("a name must not be empty");
      }
    }
  }

  private static final String GOOD =
      """
      name: a
      size: {width: 3, scale: 0.5}
      fast: true
      steps: [1, 2]
      """;

  @TempDir Path folder;

  @Test
  void aRecordComesBackFromYamlAndJson() {
    var settings = new Settings("a", new Size(3, 0.5), true, List.of(1, 2));
    assertThat(Json.fromYaml(GOOD, Settings.class, "here")).isEqualTo(settings);
    assertThat(Json.fromYaml(Json.toYaml(settings), Settings.class, "here")).isEqualTo(settings);
    assertThat(Json.fromTree(Json.toTree(settings), Settings.class, "here")).isEqualTo(settings);
    assertThat(Json.fromTree(Json.parse(Json.toText(settings)), Settings.class, "here"))
        .isEqualTo(settings);
    assertThat(Json.toLine(settings)).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fast: true           | quick: true            | fast",
        "width: 3             | width: 3, depth: 4     | depth",
        "width: 3, scale: 0.5 | width: 3               | scale",
        "width: 3             | width: wide            | width",
        "width: 3             | width: 3.5             | width",
        "width: 3             | width: '3'             | width",
        "width: 3             | width: null            | width",
        "width: 3             | width: 99999999999     | width",
        "width: 3             | width: [3]             | width",
        "scale: 0.5           | scale: half            | scale",
        "fast: true           | fast: 3                | fast",
        "fast: true           | fast: maybe            | fast",
        "steps: [1, 2]        | steps: [1, two]        | steps",
        "steps: [1, 2]        | steps: 7               | steps",
        "name: a              | name: {}               | name",
        "name: a              | name: ''               | name must not be empty",
      })
  void aWrongKeyOrValueIsRefusedByName(String good, String bad, String key) throws IOException {
    String yaml = GOOD.replace(good, bad.replace("''", "\"\"").replace("'3'", "\"3\""));
    assertThat(yaml).isNotEqualTo(GOOD);
    assertRefused(() -> Json.fromYaml(yaml, Settings.class, "my.yaml"), "my.yaml", key);
    JsonNode tree = Json.readYaml(Files.writeString(folder.resolve("my.yaml"), yaml));
    assertRefused(() -> Json.fromTree(tree, Settings.class, "my.yaml"), "my.yaml", key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[1]", "7", "{", "{'a':1} x", "{'a'", "nothing", "{\"a\":NaN}", "\0"})
  void aFileThatIsNoJsonObjectIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), content.replace('\'', '"'));
    assertRefused(() -> Json.readObject(file), file.toString());
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = Files.write(folder.resolve("config.json"), new byte[] {'"', (byte) 0xff, '"'});
    assertRefused(() -> Json.readObject(file), file.toString());
    assertRefused(() -> Json.readYaml(file), file.toString());
  }

  @Test
  void aMissingFileIsRefused() {
    Path file = folder.resolve("config.json");
    assertRefused(() -> Json.readObject(file), file.toString(), "no such file");
    assertRefused(() -> Json.readYaml(file), file.toString(), "no such file");
  }

  @Test
  void mutilatedYamlIsReadOrRefusedInOneLine() {
    Random random = Randomness.ofTest();
    String alphabet = "abc:{}[],'\"\t\n -&*!|>%@`#?123.\u0000\u00e4";
    for (int round = 0; round < 2000; round++) {
      var yaml = new StringBuilder(GOOD);
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        yaml.setCharAt(
            random.nextInt(yaml.length()), alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Json.fromYaml(yaml.toString(), Settings.class, "my.yaml");
      } catch (InputException e) {
        assertThat(e.getMessage()).startsWith("my.yaml: ").hasLineCount(1);
      }
    }
  }
}
