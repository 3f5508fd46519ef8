package io.vlm4j.data.lettering;

import io.vlm4j.io.Digests;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Fonts to write with. A JDK brings none of its own: they are those of the machine, or files that
 * the user names, which then give the same pictures on every machine with the same JDK.
 */
public final class Typefaces {
  /** Names that stand for whatever the machine puts in their place. */
  private static final Set<String> LOGICAL =
      Set.of("Dialog", "DialogInput", "Monospaced", "SansSerif", "Serif");

  private static final Set<String> ENDINGS = Set.of("ttf", "otf", "ttc");

  private final List<Font> fonts;

  private Typefaces(List<Font> fonts) {
    this.fonts = fonts.stream().sorted(Comparator.comparing(Font::getFontName)).toList();
  }

  /**
   * Those of this machine.
   *
   * @throws InputException if it has none
   */
  public static Typefaces ofThisMachine() {
    List<Font> found =
        Arrays.stream(all())
            .filter(font -> !LOGICAL.contains(font.getFamily(Locale.ROOT)))
            .toList();
    if (found.isEmpty()) {
      throw new InputException(
          "this machine has no fonts: install some (DejaVu, Liberation, Noto), or name a folder of"
              + " .ttf or .otf files");
    }
    return new Typefaces(found);
  }

  private static Font[] all() {
    try {
      return GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts();
    } catch (RuntimeException | InternalError _) {
      return new Font[0]; // what a JDK does where there is not even a font configuration
    }
  }

  /**
   * Those in the {@code .ttf}, {@code .otf} and {@code .ttc} files of a folder.
   *
   * @throws InputException if there are none, or one cannot be read
   */
  public static Typefaces in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Font> found =
          files.filter(Typefaces::isFont).sorted().flatMap(file -> read(file).stream()).toList();
      if (found.isEmpty()) {
        throw new InputException(folder + ": no .ttf, .otf or .ttc files in this folder");
      }
      return new Typefaces(found);
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    }
  }

  private static boolean isFont(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static List<Font> read(Path file) {
    try {
      return List.of(Font.createFonts(file.toFile()));
    } catch (FontFormatException e) {
      throw new InputException(file + ": not a font that can be read: " + e.getMessage(), e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /** A short name for just this set of fonts. */
  String fingerprint() {
    String names = String.join("\n", fonts.stream().map(Font::getFontName).toList());
    return Digests.sha256(names.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
  }

  /**
   * One that has all letters of a text.
   *
   * @throws InputException if none has
   */
  Font able(String text, RandomGenerator chance) {
    int start = chance.nextInt(fonts.size());
    for (int i = 0; i < fonts.size(); i++) {
      Font font = fonts.get((start + i) % fonts.size());
      if (font.canDisplayUpTo(text) < 0) {
        return font;
      }
    }
    throw new InputException("no font has all letters of '%s'".formatted(text));
  }
}
