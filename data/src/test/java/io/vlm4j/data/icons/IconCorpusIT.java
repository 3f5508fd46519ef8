package io.vlm4j.data.icons;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The demo's split on the real icon sets, where the demo has fetched them. */
class IconCorpusIT {
  private static final Path CACHE =
      Path.of(System.getProperty("user.home"), ".cache", "vlm4j", "icons");
  private static final IconSplit SPLIT = IconSplit.load();

  @Test
  void theTrainingPicturesAreThoseOfTheSplit() throws IOException {
    Path jar = jar();

    List<String> names = trained(jar);

    assertThat(names)
        .noneMatch(name -> name.contains("tone"))
        .noneMatch(name -> name.endsWith("-medium-dark"))
        .contains("vertical-traffic-light") // no skin, though it ends like one
        .noneMatch(name -> SPLIT.heldOut().contains(IconSplit.concept(name)));
  }

  private static List<String> trained(Path jar) {
    return SPLIT.trainStyles().stream()
        .map(style -> IconSet.read(jar, style).icons().keySet())
        .flatMap(names -> names.stream().filter(name -> SPLIT.isTraining(name, names)))
        .toList();
  }

  @Test
  void theTestStylesDrawTheirGalleriesAndTrainingStylesDrawWhatIsSeen() throws IOException {
    Path jar = jar();
    List<String> trained = trained(jar);

    for (String style : SPLIT.galleries().keySet()) {
      var drawn = IconSet.read(jar, style).icons().keySet();
      assertThat(drawn)
          .containsAll(SPLIT.gallery(style, IconSplit.SEEN))
          .containsAll(SPLIT.gallery(style, IconSplit.HELD_OUT));
      assertThat(trained)
          .containsAll(SPLIT.gallery(style, IconSplit.SEEN))
          .doesNotContainAnyElementsOf(SPLIT.gallery(style, IconSplit.HELD_OUT));
    }
  }

  @Test
  void everyTrainingStyleIsFreeToUse() throws IOException {
    Path jar = jar();

    assertThat(SPLIT.trainStyles())
        .allMatch(style -> IconSet.read(jar, style).license().isPermissive());
  }

  private static Path jar() throws IOException {
    Optional<Path> jar = Optional.empty();
    if (Files.isDirectory(CACHE)) {
      try (var files = Files.list(CACHE)) {
        jar =
            files
                .filter(file -> file.getFileName().toString().matches("iconify__json-.*\\.jar"))
                .findFirst();
      }
    }
    assumeTrue(jar.isPresent(), "the demo's icon sets are not in " + CACHE);
    return jar.get();
  }
}
