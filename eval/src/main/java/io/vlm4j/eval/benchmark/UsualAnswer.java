package io.vlm4j.eval.benchmark;

import io.vlm4j.image.Pixels;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Someone who does not look and gives to each question what is most often right there. */
public final class UsualAnswer implements Examinee {
  private final Map<String, SameAnswer> usual;

  /** Knows how often each answer is right. */
  public UsualAnswer(Collection<AnswerBenchmark.Question> questions) {
    Map<String, List<String>> answers =
        questions.stream()
            .collect(
                Collectors.groupingBy(
                    AnswerBenchmark.Question::asked,
                    TreeMap::new,
                    Collectors.mapping(q -> q.answers().getFirst(), Collectors.toList())));
    usual = new TreeMap<>();
    answers.forEach((asked, all) -> usual.put(asked, SameAnswer.mostFrequentOf(all)));
  }

  @Override
  public String name() {
    return "the usual answer";
  }

  @Override
  public Set<Ability> abilities() {
    return Set.of(Ability.ANSWER);
  }

  @Override
  public List<String> answers(List<Pixels> pictures, List<String> questions) {
    var unknown = new SameAnswer("");
    return questions.stream().map(asked -> usual.getOrDefault(asked, unknown).text()).toList();
  }
}
