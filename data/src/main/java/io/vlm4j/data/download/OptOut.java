package io.vlm4j.data.download;

import io.vlm4j.io.InputException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How owners of pictures say that they are not to be used, and whether it is heeded.
 *
 * @param directives those of the header {@code X-Robots-Tag} that refuse; none heeds none
 * @param robotsTxt whether to read each host's {@code robots.txt} first, and obey it
 * @param agent our name, in directives that are addressed to someone and in {@code robots.txt}
 */
public record OptOut(Set<String> directives, boolean robotsTxt, String agent) {
  /** The directives that img2dataset heeds; {@code robots.txt} is not read. */
  public static final OptOut DEFAULT =
      new OptOut(Set.of("noai", "noimageai", "noindex", "noimageindex"), false, "vlm-java");

  /** Copies the directives, in lower case, and checks the names. */
  public OptOut {
    directives =
        directives.stream()
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    agent = agent.strip().toLowerCase(Locale.ROOT);
    for (String directive : directives) {
      requireToken("a directive of X-Robots-Tag", directive);
    }
    requireToken("the name of a user agent", agent);
  }

  private static void requireToken(String what, String name) {
    if (!name.matches("[a-z_-]+")) {
      throw new InputException(
          "'%s' is not %s: letters, - and _ only (RFC 9309)".formatted(name, what));
    }
  }

  /** The same with other directives. */
  public OptOut withDirectives(Set<String> refusing) {
    return new OptOut(refusing, robotsTxt, agent);
  }

  /** The same with or without {@code robots.txt}. */
  public OptOut withRobotsTxt(boolean obey) {
    return new OptOut(directives, obey, agent);
  }

  /** The same under another name. */
  public OptOut withAgent(String name) {
    return new OptOut(directives, robotsTxt, name);
  }
}
