package io.vlm4j.data.icons;

import io.vlm4j.data.Chance;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Which drawings train and which test: some styles are never trained on, and some concepts in no
 * style. Fixed in a resource, once for all.
 *
 * @param trainStyles icon sets to learn from
 * @param heldOut base concepts that no training picture shows
 * @param galleries for each test style, the names of {@code seen} and of {@code held_out} concepts
 */
public record IconSplit(
    List<String> trainStyles,
    Set<String> heldOut,
    Map<String, Map<String, List<String>>> galleries) {
  /** Names of concepts that training styles draw too. */
  public static final String SEEN = "seen";

  /** Names of concepts that no training picture shows. */
  public static final String HELD_OUT = "held_out";

  private static final Pattern PERSON =
      Pattern.compile("^(man|woman|person|men|women|people|boy|girl)-");
  private static final Pattern SKIN =
      Pattern.compile("-(light|medium-light|medium|medium-dark|dark)$");

  /** The demo's split. */
  public static IconSplit load() {
    try (InputStream in = IconSplit.class.getResourceAsStream("split.json")) {
      byte[] bytes = Objects.requireNonNull(in, "split.json").readAllBytes();
      JsonNode json = Json.parse(new String(bytes, StandardCharsets.UTF_8));
      var galleries = new TreeMap<String, Map<String, List<String>>>();
      for (var style : json.path("galleries").properties()) {
        galleries.put(
            style.getKey(),
            Map.of(
                SEEN, strings(style.getValue().path(SEEN)),
                HELD_OUT, strings(style.getValue().path(HELD_OUT))));
      }
      return new IconSplit(
          strings(json.path("train_styles")),
          Set.copyOf(strings(json.path("held_out_base_concepts"))),
          galleries);
    } catch (IOException e) {
      throw new IllegalStateException("a resource of vlm4j cannot be read: split.json", e);
    }
  }

  /**
   * Whether a drawing of a training style is for training: its concept is not held out, and it is
   * no variant in skin tone, which would draw one concept six times over.
   *
   * @param names all names of its set, which tell {@code ear-dark} from {@code traffic-light}
   */
  public boolean isTraining(String name, Set<String> names) {
    return !heldOut.contains(concept(name)) && !isSkinVariant(name, names);
  }

  private static boolean isSkinVariant(String name, Set<String> names) {
    String plain = SKIN.matcher(name).replaceFirst("");
    return name.contains("tone") || (!plain.equals(name) && names.contains(plain + "-medium-dark"));
  }

  /** What variants of one drawing have in common: the name without the kind of person. */
  public static String concept(String name) {
    return PERSON.matcher(name).replaceFirst("");
  }

  /** Whether a training drawing is set aside for validation: one base concept in {@code share}. */
  public static boolean isValidation(String name, int share) {
    return Math.floorMod(Chance.mix(concept(name).hashCode()), share) == 0;
  }

  /** The names of a test gallery, {@link #SEEN} or {@link #HELD_OUT}; empty if there is none. */
  public List<String> gallery(String style, String concepts) {
    return galleries.getOrDefault(style, Map.of()).getOrDefault(concepts, List.of());
  }

  private static List<String> strings(JsonNode array) {
    return array.valueStream().map(JsonNode::asString).toList();
  }
}
