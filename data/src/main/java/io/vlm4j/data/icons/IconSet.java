package io.vlm4j.data.icons;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;

/**
 * One set of the Iconify collection: drawings of one hand, with their licence.
 *
 * @param prefix the set's name, such as {@code noto}
 * @param title for people
 * @param author who drew it
 * @param license its licence
 * @param icons drawings by name, in the set's order
 * @param names name by code point sequence, such as {@code 1f34e}
 */
public record IconSet(
    String prefix,
    String title,
    String author,
    License license,
    SequencedMap<String, Icon> icons,
    Map<String, String> names) {
  /** A licence by its name, SPDX identifier and text. */
  public record License(String title, String spdx, String url) {
    private static final Set<String> PERMISSIVE =
        Set.of("Apache-2.0", "MIT", "CC-BY-4.0", "BSD-3-Clause", "ISC", "CC0-1.0");

    /** Whether it asks for no more than attribution. */
    public boolean isPermissive() {
      return PERMISSIVE.contains(spdx);
    }
  }

  /**
   * A drawing.
   *
   * @param body the inside of an {@code <svg>}
   * @param left of the view box
   * @param top of the view box
   * @param width of the view box
   * @param height of the view box
   */
  public record Icon(String body, double left, double top, double width, double height) {
    /** A whole SVG document. */
    public String svg() {
      return """
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      width="%1$s" height="%2$s" viewBox="%3$s %4$s %1$s %2$s">%5$s</svg>\
      """
          .formatted(width, height, left, top, body);
    }
  }

  /**
   * Reads a set out of the collection's jar.
   *
   * @throws InputException if the jar cannot be read or lacks the set
   */
  public static IconSet read(Path jar, String prefix) {
    try (var zip = new ZipFile(jar.toFile())) {
      var entry =
          zip.stream()
              .filter(e -> e.getName().endsWith("/json/" + prefix + ".json"))
              .findFirst()
              .orElseThrow(() -> new InputException(jar + " has no icon set '" + prefix + "'"));
      try (var in = zip.getInputStream(entry)) {
        return parse(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw Json.cannotRead(jar, e);
    }
  }

  private static IconSet parse(JsonNode json) {
    double width = json.path("width").asDouble(16);
    double height = json.path("height").asDouble(width);
    var icons = new LinkedHashMap<String, Icon>();
    for (var entry : json.path("icons").properties()) {
      JsonNode icon = entry.getValue();
      icons.put(
          entry.getKey(),
          new Icon(
              icon.path("body").asString(),
              icon.path("left").asDouble(0),
              icon.path("top").asDouble(0),
              icon.path("width").asDouble(width),
              icon.path("height").asDouble(height)));
    }
    var names = new HashMap<String, String>();
    for (var entry : json.path("chars").properties()) {
      names.put(entry.getKey(), entry.getValue().asString());
    }
    JsonNode info = json.path("info");
    JsonNode license = info.path("license");
    return new IconSet(
        json.path("prefix").asString(),
        info.path("name").asString(),
        info.path("author").path("name").asString(""),
        new License(
            license.path("title").asString(""),
            license.path("spdx").asString(""),
            license.path("url").asString("")),
        icons,
        names);
  }
}
