package io.vlm4j.eval.benchmark;

import io.vlm4j.image.Pixels;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Someone who says the same to everything. */
public record SameAnswer(String text) implements Examinee {
  /** Says what is said most often; of several the first in the order of letters. */
  public static SameAnswer mostFrequentOf(Collection<String> answers) {
    var counts = new TreeMap<String, Integer>();
    answers.forEach(answer -> counts.merge(answer, 1, Integer::sum));
    return new SameAnswer(
        counts.entrySet().stream()
            .max(
                Map.Entry.<String, Integer>comparingByValue()
                    .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
            .map(Map.Entry::getKey)
            .orElse(""));
  }

  @Override
  public String name() {
    return "always '" + text + "'";
  }

  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.CAPTION, Ability.ANSWER);
  }

  @Override
  public List<String> captions(List<Pixels> pictures) {
    return Collections.nCopies(pictures.size(), text);
  }

  @Override
  public List<String> answers(List<Pixels> pictures, List<String> questions) {
    return Collections.nCopies(questions.size(), text);
  }

  @Override
  public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
    return Collections.nCopies(questions.size(), text);
  }
}
