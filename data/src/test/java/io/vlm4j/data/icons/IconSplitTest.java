package io.vlm4j.data.icons;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.testing.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IconSplitTest {
  private static final IconSplit SPLIT = IconSplit.load();

  @ParameterizedTest
  @CsvSource({
    "emojione, seen, 961", "emojione, held_out, 202", "openmoji, seen, 1611",
    "openmoji, held_out, 372", "openmoji, other, 0", "noto, seen, 0"
  })
  void theGalleriesHaveTheirSizes(String style, String concepts, int size) {
    assertThat(SPLIT.gallery(style, concepts)).hasSize(size).doesNotHaveDuplicates();
  }

  @Test
  void fiveStylesTrainAndTwoOthersTest() {
    assertThat(SPLIT.trainStyles())
        .containsExactlyInAnyOrder(
            "noto", "noto-v1", "twemoji", "fluent-emoji-flat", "streamline-emojis")
        .doesNotContainAnyElementsOf(SPLIT.galleries().keySet());
  }

  @Test
  void noHeldOutConceptTrainsInWhateverVariant() {
    for (String concept : SPLIT.heldOut()) {
      if (concept.matches(".*-(light|medium|dark)")) {
        continue; // a single variant that is held out
      }
      for (String person : List.of("", "man-", "woman-", "people-", "girl-")) {
        String name = person + concept;
        var variants = Set.of(name, name + "-light", name + "-medium-dark", name + "-skin-tone-2");
        assertThat(variants).noneMatch(variant -> SPLIT.isTraining(variant, variants));
      }
    }
  }

  @Test
  void skinToneVariantsAreToldFromNamesThatEndAlike() {
    var names = Set.of("ear", "ear-light", "ear-medium-dark", "traffic", "traffic-light");

    assertThat(names.stream().filter(name -> SPLIT.isTraining(name, names)))
        .containsExactlyInAnyOrder("ear", "traffic", "traffic-light");
  }

  @Test
  void whatIsTestedAsSeenMayTrainAndWhatIsTestedAsUnseenMayNot() {
    for (String style : SPLIT.galleries().keySet()) {
      assertThat(SPLIT.gallery(style, IconSplit.SEEN))
          .allMatch(name -> SPLIT.isTraining(name, Set.of()));
      assertThat(SPLIT.gallery(style, IconSplit.HELD_OUT))
          .noneMatch(name -> SPLIT.isTraining(name, Set.of()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "man-astronaut, astronaut", "woman-astronaut, astronaut", "people-hugging, hugging",
    "manual, manual", "snowman-x, snowman-x", "man, man"
  })
  void aConceptIsTheNameWithoutTheKindOfPerson(String name, String concept) {
    assertThat(IconSplit.concept(name)).isEqualTo(concept);
  }

  @Test
  void aConceptIsSetAsideForValidationForAllKindsOfPerson() {
    for (String name : names()) {
      String concept = IconSplit.concept(name);
      boolean aside = IconSplit.isValidation(concept, 10);
      assertThat(
              Stream.of("man-" + concept, "woman-" + concept)
                  .map(variant -> IconSplit.isValidation(variant, 10)))
          .as(concept)
          .containsOnly(aside);
    }
  }

  @Test
  void aTenthOfTheConceptsIsSetAsideForValidation() {
    List<String> names = names();

    assertThat(
            names.stream().filter(name -> IconSplit.isValidation(name, 10)).count()
                / (double) names.size())
        .isBetween(0.08, 0.12);
  }

  @Test
  void theResourceIsTheReferenceSplit() throws IOException {
    var reference = Fixtures.folder("icons").resolve("split.json");
    try (var resource = IconSplit.class.getResourceAsStream("split.json")) {
      assertThat(Json.parse(new String(resource.readAllBytes(), StandardCharsets.UTF_8)))
          .isEqualTo(Json.parse(Files.readString(reference)));
    }
  }

  /** Names of drawings, as the galleries have them. */
  private static List<String> names() {
    var names = new HashSet<String>();
    SPLIT.galleries().values().forEach(parts -> parts.values().forEach(names::addAll));
    return names.stream().sorted().toList();
  }
}
