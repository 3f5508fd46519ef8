package io.vlm4j.eval.metric.caption;

import io.vlm4j.io.InputException;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Captions to be measured, with what people wrote of the same pictures; as tokens.
 *
 * @param ids of the pictures
 * @param candidates the caption of each
 * @param references the captions of people of each, at least one
 */
public record CaptionSet(
    List<String> ids, List<List<String>> candidates, List<List<List<String>>> references) {
  /** Checks that there is one of each for every picture. */
  public CaptionSet {
    ids = List.copyOf(ids);
    candidates = List.copyOf(candidates);
    references = List.copyOf(references);
    if (ids.isEmpty()) {
      throw new InputException("no captions to measure");
    }
    if (candidates.size() != ids.size() || references.size() != ids.size()) {
      throw new InputException(
          "%d pictures, %d captions, %d sets of references; it needs one of each for every picture"
              .formatted(ids.size(), candidates.size(), references.size()));
    }
    for (int i = 0; i < references.size(); i++) {
      if (references.get(i).isEmpty()) {
        throw new InputException("picture '" + ids.get(i) + "' has no reference caption");
      }
    }
  }

  /**
   * Tokenises texts by {@link PtbTokenizer}, on all processors.
   *
   * @param candidates the caption of each picture, by its id, in a map with an order
   * @param references captions of people; those of other pictures are ignored
   * @throws InputException if a picture has no reference
   */
  public static CaptionSet of(
      SequencedMap<String, String> candidates, Map<String, List<String>> references) {
    var words = new Words();
    return new CaptionSet(
        List.copyOf(candidates.keySet()),
        candidates.values().parallelStream().map(words::of).toList(),
        candidates.keySet().parallelStream()
            .map(id -> references.getOrDefault(id, List.of()))
            .map(texts -> texts.stream().map(words::of).toList())
            .toList());
  }

  /** Every word once, since a hundred thousand captions share a few thousand. */
  private record Words(Map<String, String> known) {
    Words() {
      this(new ConcurrentHashMap<>());
    }

    List<String> of(String text) {
      return PtbTokenizer.tokens(text).stream()
          .map(word -> {
            String before = known.get(word); // mostly known, and this does not lock
            return before != null ? before : known.computeIfAbsent(word, w -> w);
          })
          .toList();
    }
  }

  /** The number of pictures. */
  public int size() {
    return ids.size();
  }
}
