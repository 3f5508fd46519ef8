package io.vlm4j.eval.benchmark;

import io.vlm4j.image.Pixels;
import io.vlm4j.model.Answerer;
import java.util.List;
import java.util.Set;

/** Someone who answers, and is asked nothing else. */
public record Answering(String name, Answerer answerer) implements Examinee {
  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.ANSWER);
  }

  @Override
  public List<String> answers(List<Pixels> pictures, List<String> questions) {
    return answerer.answers(pictures, questions);
  }

  @Override
  public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
    return answerer.answersToClips(clips, questions);
  }
}
