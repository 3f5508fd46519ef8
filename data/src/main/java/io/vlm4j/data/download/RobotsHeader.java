package io.vlm4j.data.download;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads {@code X-Robots-Tag}: directives between commas, for all, or for the agent whose name and a
 * colon stand before them.
 */
final class RobotsHeader {
  /** These have values behind a colon, and are no agents' names. */
  private static final List<String> WITH_VALUE =
      List.of("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview");

  private RobotsHeader() {}

  /** The first directive that refuses; empty if none does. */
  static Optional<String> refusal(List<String> values, OptOut optOut) {
    return values.stream().flatMap(value -> refusal(value, optOut).stream()).findFirst();
  }

  private static Optional<String> refusal(String value, OptOut optOut) {
    boolean concernsUs = true;
    for (String item : value.toLowerCase(Locale.ROOT).split(",")) {
      String directive = item.strip();
      int colon = directive.indexOf(':');
      String before = colon < 0 ? "" : directive.substring(0, colon).strip();
      if (colon >= 0 && !WITH_VALUE.contains(before)) {
        concernsUs = before.equals(optOut.agent()) || before.equals("*");
        directive = directive.substring(colon + 1).strip();
      }
      if (concernsUs && optOut.directives().contains(directive)) {
        return Optional.of(directive);
      }
    }
    return Optional.empty();
  }
}
