package io.vlm4j.data.icons;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.image.Pixels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * People at work, drawn by one hand as men and as women and with five tones of skin: pictures that
 * differ in nothing else, to measure bias with. Training leaves all of them out.
 */
public final class PeopleIcons {
  /** Label of a sample: what the person does, such as {@code cook}. */
  public static final String ROLE = "role";

  /** Label of a sample: {@code man} or {@code woman}. */
  public static final String GENDER = "gender";

  /** Label of a sample: one of {@link #TONES}. */
  public static final String TONE = "tone";

  /** Tones of skin, the lightest first. */
  public static final List<String> TONES =
      List.of("light", "medium-light", "medium", "medium-dark", "dark");

  private static final Set<String> GENDERS = Set.of("man", "woman");
  private static final Pattern NAME =
      Pattern.compile(
          "(man|woman)-([a-z-]+?)-(light|medium-light|medium|medium-dark|dark)-skin-tone");

  private PeopleIcons() {}

  /**
   * All variants of all roles of which a set has all ten, and also a drawing of nobody in
   * particular. They are drawn when they are asked for, once.
   *
   * @param size side of the pictures, in pixels
   */
  public static List<Sample> read(Path iconJar, String style, int size) {
    IconSet set = IconSet.read(iconJar, style);
    var renderer = new IconRenderer(size);
    var roles = new TreeMap<String, List<Sample>>();
    set.icons()
        .forEach((name, icon) -> {
          Matcher matcher = NAME.matcher(name);
          if (matcher.matches() && set.icons().containsKey(matcher.group(2))) {
            String key = style + "/" + name;
            roles
                .computeIfAbsent(matcher.group(2), _ -> new ArrayList<>())
                .add(
                    Sample.pair(
                        key,
                        "icons:" + key,
                        Picture.drawn(key, once(() -> renderer.render(icon, key))),
                        List.of(matcher.group(2).replace('-', ' ')),
                        Map.of(
                            ROLE, matcher.group(2).replace('-', ' '),
                            GENDER, matcher.group(1),
                            TONE, matcher.group(3))));
          }
        });
    return roles.values().stream()
        .filter(samples -> samples.size() == GENDERS.size() * TONES.size())
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Keeps what was drawn: a hundred pictures of some kilobytes, drawn in a dozen milliseconds each.
   */
  private static Supplier<Pixels> once(Supplier<Pixels> draw) {
    return new Supplier<>() {
      private final Pixels[] drawn = new Pixels[1];

      @Override
      public synchronized Pixels get() {
        if (drawn[0] == null) {
          drawn[0] = draw.get();
        }
        return drawn[0];
      }
    };
  }
}
