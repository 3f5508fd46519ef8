package io.vlm4j.eval.metric.choice;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.eval.metric.Scores;
import io.vlm4j.eval.metric.caption.PtbTokenizer;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CHAIR, how often captions name objects that are not there (Rohrbach et al., arXiv 1809.02156).
 * CHAIR_i = mentions of absent objects / all mentions; CHAIR_s = captions with such a mention / all
 * captions.
 *
 * <p>Which words name which object a table says; the paper's is for the 80 objects of COCO. Its
 * words may be several ("hot dog"): the longest that fits at a place is taken, so that a hot dog is
 * no dog. Plurals are looked up as they are, then without {@code s}, {@code es}, and with {@code y}
 * for {@code ies}. What the table does not know is not seen, and an object that the caption denies
 * counts as named.
 */
public final class Chair {
  private final Map<List<String>, String> objects = new HashMap<>();
  private int longest = 1;

  /**
   * Words for objects.
   *
   * @param synonyms the words for each object; an object's own name counts as one
   * @throws InputException if a word is said to name two objects
   */
  public Chair(Map<String, ? extends List<String>> synonyms) {
    synonyms.forEach((object, words) -> {
      put(object, object);
      words.forEach(word -> put(word, object));
    });
  }

  /**
   * Scores captions.
   *
   * @param present the objects in each picture: those of its segmentation, and those that people
   *     mention
   * @return CHAIR_i and CHAIR_s; lower is better
   */
  public List<Scores> of(List<String> captions, List<Set<String>> present) {
    Checks.sameSize("CHAIR", "captions", captions.size(), "sets of objects", present.size());
    var wrong = new double[captions.size()];
    var all = new double[captions.size()];
    var anyWrong = new double[captions.size()];
    for (int i = 0; i < wrong.length; i++) {
      for (String object : mentions(captions.get(i))) {
        all[i]++;
        wrong[i] += present.get(i).contains(object) ? 0 : 1;
      }
      anyWrong[i] = wrong[i] > 0 ? 1 : 0;
    }
    return List.of(Scores.ratio("CHAIR_i", wrong, all), Scores.mean("CHAIR_s", anyWrong));
  }

  /** The objects that a picture's captions by people mention, to be added to those seen. */
  public Set<String> mentioned(List<String> captions) {
    var mentioned = new HashSet<String>();
    captions.forEach(caption -> mentioned.addAll(mentions(caption)));
    return mentioned;
  }

  /** The objects that a caption names, in order, repeated as often as they are named. */
  public List<String> mentions(String caption) {
    List<String> words = PtbTokenizer.tokens(caption);
    var mentions = new ArrayList<String>();
    int at = 0;
    while (at < words.size()) {
      int length = Math.min(longest, words.size() - at);
      String object = null;
      while (length > 0 && object == null) {
        object = find(words.subList(at, at + length));
        length -= object == null ? 1 : 0;
      }
      if (object != null) {
        mentions.add(object);
      }
      at += Math.max(1, length);
    }
    return mentions;
  }

  private @Nullable String find(List<String> words) {
    String last = words.getLast();
    for (String form : List.of(last, without(last, "s"), without(last, "es"), singular(last))) {
      var name = new ArrayList<>(words);
      name.set(words.size() - 1, form);
      String object = objects.get(name);
      if (object != null) {
        return object;
      }
    }
    return null;
  }

  private static String without(String word, String ending) {
    return word.endsWith(ending) ? word.substring(0, word.length() - ending.length()) : word;
  }

  private static String singular(String word) {
    return word.endsWith("ies") ? without(word, "ies") + "y" : word;
  }

  private void put(String word, String object) {
    List<String> name = PtbTokenizer.tokens(word);
    String before = objects.put(name, object);
    if (before != null && !before.equals(object)) {
      throw new InputException(
          "CHAIR: '%s' names both '%s' and '%s'; a word may name one object"
              .formatted(word, before, object));
    }
    longest = Math.max(longest, name.size());
  }
}
