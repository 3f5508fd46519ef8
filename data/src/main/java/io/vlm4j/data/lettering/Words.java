package io.vlm4j.data.lettering;

import io.vlm4j.io.Digests;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** What is written on the pictures: words of a list, and numbers of many forms. */
public final class Words {
  private static final String OWN = "words.txt";
  private static final int MOST_LINES = 3;
  private static final int MOST_IN_A_LINE = 3;
  private static final int LONGEST = 60;

  private final List<String> entries;
  private final boolean numbers;

  private Words(List<String> entries, boolean numbers) {
    this.entries = List.copyOf(entries);
    this.numbers = numbers;
  }

  /** Some 900 common English words, and numbers, prices, times, dates and codes. */
  public static Words common() {
    try (InputStream list = Words.class.getResourceAsStream(OWN)) {
      if (list == null) {
        throw new IllegalStateException("no " + OWN + " beside " + Words.class);
      }
      String text = Utf8.decode(list.readAllBytes(), OWN);
      return new Words(
          Arrays.stream(text.split("\\s+", -1)).filter(w -> !w.isEmpty()).toList(), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The lines of a file in UTF-8, each a word or a text that stays together; what is empty, or too
   * long to be read on a small picture, is left out.
   *
   * @throws InputException if it cannot be read or has none
   */
  public static Words read(Path file) {
    List<String> lines;
    try {
      lines =
          Utf8.withoutMark(Utf8.decode(Files.readAllBytes(file), file.toString()))
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && line.length() <= LONGEST)
              .toList();
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
    if (lines.isEmpty()) {
      throw new InputException(
          file + ": no words: expected a line for each, of at most " + LONGEST + " characters");
    }
    return new Words(lines, false);
  }

  /** The words and texts of the list. */
  public List<String> entries() {
    return entries;
  }

  /** A short name for just this list. */
  String fingerprint() {
    return Digests.sha256(String.join("\n", entries).getBytes(StandardCharsets.UTF_8))
        .substring(0, 8);
  }

  /** One to three lines of one to three words each, fewer more often. */
  List<List<String>> lines(RandomGenerator chance) {
    var lines = new ArrayList<List<String>>();
    int count = few(chance, MOST_LINES);
    int style = chance.nextInt(4);
    for (int i = 0; i < count; i++) {
      var words = new ArrayList<String>();
      int inLine = few(chance, MOST_IN_A_LINE);
      for (int j = 0; j < inLine; j++) {
        words.add(
            numbers && chance.nextInt(5) == 0 ? number(chance) : styled(entry(chance), style));
      }
      lines.add(words);
    }
    return lines;
  }

  private static int few(RandomGenerator chance, int most) {
    return 1 + Math.min(chance.nextInt(most), chance.nextInt(most));
  }

  private String entry(RandomGenerator chance) {
    return entries.get(chance.nextInt(entries.size()));
  }

  /** The list's own spelling is kept where the user gave the list. */
  private String styled(String word, int style) {
    return switch (numbers ? style : 0) {
      case 1 -> word.toUpperCase(Locale.ROOT);
      case 2 -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
      default -> word;
    };
  }

  private static String number(RandomGenerator chance) {
    return switch (chance.nextInt(7)) {
      case 0 -> Integer.toString(chance.nextInt(100));
      case 1 -> Integer.toString(chance.nextInt(1_000, 100_000));
      case 2 -> "$%d.%02d".formatted(chance.nextInt(1, 200), chance.nextInt(100));
      case 3 -> "%02d:%02d".formatted(chance.nextInt(24), chance.nextInt(60));
      case 4 ->
          "%04d-%02d-%02d"
              .formatted(chance.nextInt(1950, 2050), chance.nextInt(1, 13), chance.nextInt(1, 29));
      case 5 -> chance.nextInt(1, 100) + "%";
      default ->
          "%c%c-%d"
              .formatted(
                  'A' + chance.nextInt(26), 'A' + chance.nextInt(26), chance.nextInt(10, 1_000));
    };
  }
}
