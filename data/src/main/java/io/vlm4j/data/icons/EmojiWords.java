package io.vlm4j.data.icons;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;

/** What Unicode says of each emoji: description, group, keywords; found by name or code points. */
final class EmojiWords {
  /** The words of one emoji. */
  record Words(String description, String group, String subgroup, List<String> keywords) {}

  private final Map<String, Words> byName = new HashMap<>();
  private final Map<String, Words> byCodePoints = new HashMap<>();

  /** Reads the data of the jemoji library out of its jar. */
  static EmojiWords read(Path jar) {
    try (var zip = new ZipFile(jar.toFile())) {
      var entry = zip.getEntry("jemoji/emojis.json");
      if (entry == null) {
        throw new InputException(jar + " has no jemoji/emojis.json");
      }
      try (var in = zip.getInputStream(entry)) {
        var words = new EmojiWords();
        Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)).forEach(words::add);
        return words;
      }
    } catch (IOException e) {
      throw Json.cannotRead(jar, e);
    }
  }

  private void add(JsonNode emoji) {
    var words =
        new Words(
            emoji.path("description").asString(),
            emoji.path("group").asString(),
            emoji.path("subgroup").asString(),
            emoji.path("keywords").valueStream().map(JsonNode::asString).toList());
    String codePoints =
        emoji
            .path("emoji")
            .asString()
            .codePoints()
            .filter(c -> c != 0xfe0f) // the sets leave the variation selector out
            .mapToObj(Integer::toHexString)
            .collect(Collectors.joining("-"));
    byName.putIfAbsent(slug(words.description), words);
    byCodePoints.putIfAbsent(codePoints, words);
  }

  /** The words for an icon of that name, or of one of those code point sequences. */
  Optional<Words> find(String name, Iterable<String> codePoints) {
    if (byName.containsKey(name)) {
      return Optional.ofNullable(byName.get(name));
    }
    for (String sequence : codePoints) {
      String plain = sequence.toLowerCase(Locale.ROOT).replace("-fe0f", "");
      if (byCodePoints.containsKey(plain)) {
        return Optional.ofNullable(byCodePoints.get(plain));
      }
    }
    return Optional.empty();
  }

  private static String slug(String description) {
    return description.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
