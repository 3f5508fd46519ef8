package io.vlm4j.data.icons;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.icons.IconSet.Icon;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IconSetTest {
  private static final String SET =
      """
      {
        "prefix": "shapes",
        "info": {
          "name": "Shapes of All Kinds",
          "author": {"name": "Somebody"},
          "license": {"title": "MIT", "spdx": "MIT", "url": "https://example.org/mit"}
        },
        "width": 32,
        "icons": {
          "square": {"body": "<rect width='32' height='32' fill='red'/>"},
          "bar": {"body": "<rect/>", "left": -1, "top": 2, "width": 8, "height": 16}
        },
        "chars": {"1f7e5": "square"},
        "suffixes": {"": "plain"}
      }
      """;

  @TempDir Path folder;

  @Test
  void aSetIsReadOutOfTheCollectionsJar() throws IOException {
    Path jar = Zips.write(folder.resolve("icons.jar"), Map.of("x/1.0/json/shapes.json", SET));

    IconSet set = IconSet.read(jar, "shapes");

    assertThat(set.prefix()).isEqualTo("shapes");
    assertThat(set.title()).isEqualTo("Shapes of All Kinds");
    assertThat(set.author()).isEqualTo("Somebody");
    assertThat(set.license())
        .isEqualTo(new IconSet.License("MIT", "MIT", "https://example.org/mit"));
    assertThat(set.license().isPermissive()).isTrue();
    assertThat(set.icons().keySet()).containsExactly("square", "bar");
    assertThat(set.names()).isEqualTo(Map.of("1f7e5", "square"));
  }

  @Test
  void anIconTakesTheSetsSizeUnlessItHasItsOwn() throws IOException {
    Path jar = Zips.write(folder.resolve("icons.jar"), Map.of("x/json/shapes.json", SET));

    IconSet set = IconSet.read(jar, "shapes");

    assertThat(set.icons().get("square"))
        .isEqualTo(new Icon("<rect width='32' height='32' fill='red'/>", 0, 0, 32, 32));
    assertThat(set.icons().get("bar")).isEqualTo(new Icon("<rect/>", -1, 2, 8, 16));
  }

  @Test
  void aSetThatIsNotThereIsNamed() throws IOException {
    Path jar = Zips.write(folder.resolve("icons.jar"), Map.of("x/json/shapes.json", SET));

    assertThatThrownBy(() -> IconSet.read(jar, "noto"))
        .isInstanceOf(InputException.class)
        .hasMessage(jar + " has no icon set 'noto'");
  }

  @Test
  void aFileThatIsNoJarIsNamed() throws IOException {
    Path jar = Files.writeString(folder.resolve("icons.jar"), "no jar");

    assertThatThrownBy(() -> IconSet.read(jar, "shapes"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("cannot read " + jar);
  }

  @Test
  void licencesThatAskForMoreThanAttributionAreNotPermissive() {
    assertThat(new IconSet.License("CC BY-SA 4.0", "CC-BY-SA-4.0", "").isPermissive()).isFalse();
  }

  @Test
  void anIconIsDrawnInItsViewBoxOnTransparentGround() {
    var icon = new Icon("<rect x='10' y='20' width='10' height='10' fill='#f00'/>", 10, 10, 20, 20);

    Pixels picture = new IconRenderer(16).render(icon, "red square");

    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        boolean inside = x < 8 && y >= 8; // the lower left quarter
        assertThat(picture.alpha()[16 * y + x] & 0xff).isEqualTo(inside ? 255 : 0);
        if (inside) {
          assertThat(picture.get(x, y, 0)).isEqualTo(255);
          assertThat(picture.get(x, y, 1)).isZero();
          assertThat(picture.get(x, y, 2)).isZero();
        }
      }
    }
  }

  @Test
  void aDrawingThatCannotBeReadIsNamed() {
    var icon = new Icon("<rect", 0, 0, 16, 16);
    var parser = Logger.getLogger("com.github.weisj.jsvg");
    parser.setLevel(Level.OFF); // it logs what it then returns

    assertThatThrownBy(() -> new IconRenderer(16).render(icon, "shapes/broken"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("shapes/broken ");

    parser.setLevel(null);
  }
}
