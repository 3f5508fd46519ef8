package io.vlm4j.eval.metric.caption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.metric.Scores;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SceneGraphScoreTest {
  private static final SceneGraphParser PARSER = SceneGraphParser.english();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A brown dog sits on a large bed. | dog; dog,brown; bed; bed,large; dog,sit on,bed",
        "a man riding a horse on the beach | man; horse; beach; man,ride,horse; horse,on,beach",
        "A man and a woman sitting on a bench | man; woman; bench; man,sit on,bench;"
            + " woman,sit on,bench",
        "three cats under a table | cat; cat,three; table; cat,under,table",
        "a red fire engine in front of a house"
            + " | fire engine; fire engine,red; house; fire engine,in front of,house",
        "a plate with an apple and a banana"
            + " | plate; apple; banana; plate,with,apple; plate,with,banana",
        "the car is red | car; car,red",
        "two dogs are running | dog; dog,two; dog,run",
        "a black and white cat | cat; cat,black; cat,white",
        "a cat to the left of a dog | cat; dog; cat,to the left of,dog",
        "nothing | ''"
      })
  void aCaptionIsReadAsObjectsAttributesAndRelations(String caption, String expected) {
    List<List<String>> tuples =
        expected.isEmpty()
            ? List.of()
            : Arrays.stream(expected.split("; *", -1)).map(t -> List.of(t.split(",", -1))).toList();

    assertThat(PARSER.parse(PtbTokenizer.tokens(caption)).tuples())
        .containsExactlyInAnyOrderElementsOf(tuples);
  }

  @Test
  void theScoreIsTheHarmonicMeanOfWhatIsRightAndWhatIsFound() {
    // Said: dog, (dog, brown), bed, (dog, on, bed). True: dog, (dog, black), bed, (dog, on, bed).
    assertThat(score("a brown dog on a bed", "a black dog on a bed"))
        .isCloseTo(0.75, within(1e-12));
    // Said: 1 of 1; true: 1 of 4.
    assertThat(score("a dog", "a black dog on a bed")).isCloseTo(2 / 5.0, within(1e-12));
    assertThat(score("a cat", "a dog")).isZero();
    assertThat(score("of the", "a dog")).isZero();
  }

  @Test
  void synonymsMatchAndReferencesCountTogether() {
    assertThat(score("an automobile", "a car")).isEqualTo(1);
    assertThat(score("a red car on a road", "a red automobile", "a car on a road")).isEqualTo(1);
    assertThat(score("a car", "a car", "an automobile")).as("one object, said twice").isEqualTo(1);
  }

  @Test
  void theScoreOfAllIsTheMean() {
    var candidates = new LinkedHashMap<String, String>();
    candidates.put("a", "a dog");
    candidates.put("b", "a cat");
    Scores scores =
        SceneGraphScore.of(
            CaptionSet.of(candidates, Map.of("a", List.of("the dog"), "b", List.of("a house"))));

    assertThat(scores.of(0)).isEqualTo(1);
    assertThat(scores.of(1)).isZero();
    assertThat(scores.overall()).isEqualTo(0.5);
  }

  private static double score(String candidate, String... references) {
    var candidates = new LinkedHashMap<String, String>();
    candidates.put("a", candidate);
    return SceneGraphScore.of(CaptionSet.of(candidates, Map.of("a", List.of(references))))
        .overall();
  }
}
