package io.vlm4j.eval.metric.caption;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.eval.metric.Scores;
import io.vlm4j.io.Json;
import io.vlm4j.testing.Fixtures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CaptionMetricsTest {
  private static List<String> words(String text) {
    return List.of(text.split(" "));
  }

  private static CaptionSet pair(String candidate, String... references) {
    return new CaptionSet(
        List.of("1"),
        List.of(words(candidate)),
        List.of(List.of(references).stream().map(CaptionMetricsTest::words).toList()));
  }

  /**
   * The fixture's captions are tokenised, and made so that tokenising them again changes nothing.
   */
  private static CaptionSet fixture(JsonNode scores) {
    var candidates = new LinkedHashMap<String, String>();
    var references = new LinkedHashMap<String, List<String>>();
    scores
        .get("candidates")
        .propertyStream()
        .forEach(entry -> {
          candidates.put(entry.getKey(), entry.getValue().stringValue());
          var texts = scores.get("references").get(entry.getKey());
          references.put(entry.getKey(), texts.valueStream().map(JsonNode::stringValue).toList());
        });
    return CaptionSet.of(candidates, references);
  }

  @Test
  void corpusAndCaptionsScoreAsWithTheCocoEvaluation() {
    JsonNode expected = Json.readObject(Fixtures.folder("captions").resolve("scores.json"));
    CaptionSet captions = fixture(expected);
    List<Scores> bleu = Bleu.of(captions);
    var metrics = new LinkedHashMap<String, Scores>();
    for (int n = 1; n <= 4; n++) {
      metrics.put("Bleu_" + n, bleu.get(n - 1));
    }
    metrics.put("ROUGE_L", RougeL.of(captions));
    metrics.put("CIDEr", Cider.D.of(captions));

    metrics.forEach((name, scores) -> {
      assertThat(scores.overall())
          .as(name)
          .isCloseTo(expected.get("corpus").get(name).doubleValue(), within(1e-9));
      for (int i = 0; i < captions.size(); i++) {
        JsonNode caption = expected.get("each").get(i);
        assertThat(caption.get("id").stringValue()).isEqualTo(captions.ids().get(i));
        assertThat(scores.of(i))
            .as(name + " of caption " + i)
            .isCloseTo(caption.get(name).doubleValue(), within(1e-9));
      }
    });
  }

  @Test
  void plainCiderAndSelfBleuScoreAsWrittenOutInPython() {
    JsonNode scores = Json.readObject(Fixtures.folder("captions").resolve("scores.json"));
    CaptionSet captions = fixture(scores);
    List<List<String>> texts = captions.candidates().subList(0, 20);
    double[] selfBleu = {
      0.8549028264006413, 0.6302938889395912, 0.4450684628924201, 0.20495050124949174
    };
    double[] distinct = {
      0.27071823204419887, 0.6728395061728395, 0.8391608391608392, 0.9516129032258065
    };

    assertThat(Cider.PLAIN.of(captions).overall()).isCloseTo(3.0007025180440747, within(1e-9));
    assertThat(Cider.PLAIN.of(captions).of(0)).isCloseTo(0.2495665188909038, within(1e-9));
    for (int n = 1; n <= 4; n++) {
      assertThat(TextStatistics.selfBleu(texts).get(n - 1).overall())
          .isCloseTo(selfBleu[n - 1], within(1e-9));
      assertThat(TextStatistics.distinct(texts, n)).isCloseTo(distinct[n - 1], within(1e-12));
    }
  }

  @Test
  void ofTwoReferencesEquallyFarTheShorterGivesTheLength() {
    // 3 words against 2 and 4: no penalty, since the nearest is taken to be 2.
    assertThat(Bleu.of(pair("a b c", "a b", "a b c d")).getFirst().overall())
        .isCloseTo(1, within(1e-8));
    // 3 words against 4 alone: exp(1 - 4/3).
    assertThat(Bleu.of(pair("a b c", "a b c d")).getFirst().overall())
        .isCloseTo(Math.exp(-1 / 3.0), within(1e-8));
  }

  @Test
  void repeatedWordsCountNoMoreOftenThanInAReference() {
    assertThat(Bleu.of(pair("the the the the", "the cat the", "a the")).getFirst().overall())
        .isCloseTo(2 / 4.0, within(1e-8));
  }

  @Test
  void rougeTakesTheBestPrecisionAndTheBestRecallApart() {
    // LCS with "a b" is 2 (recall 1, precision 2/4); with "a x c d y z" 3 (precision 3/4, recall
    // 1/2).
    double p = 3 / 4.0;
    double r = 1;
    double expected = (1 + 1.44) * p * r / (r + 1.44 * p);

    assertThat(RougeL.of(pair("a b c d", "a b", "a x c d y z")).overall())
        .isCloseTo(expected, within(1e-12));
    assertThat(RougeL.of(pair("a b", "c d")).overall()).isZero();
  }

  @Test
  void aSinglePictureHasNoCider() {
    assertThat(Cider.D.of(pair("a dog", "a dog")).overall()).isZero();
    var frequencies =
        DocumentFrequencies.of(
            List.of(List.of(words("a dog")), List.of(words("one cat")), List.of(words("two"))));
    // Only orders 1 and 2 exist: two of four cosines are 1.
    assertThat(Cider.D.of(pair("a dog", "a dog"), frequencies).overall())
        .isCloseTo(5, within(1e-12));
  }

  @Test
  void anEmptyCaptionScoresNothing() {
    var captions =
        CaptionSet.of(
            new LinkedHashMap<>(Map.of("1", "", "2", "a cat")),
            Map.of("1", List.of("a dog"), "2", List.of("a cat")));
    int empty = captions.ids().indexOf("1");

    assertThat(Bleu.of(captions).getLast().of(empty)).isCloseTo(0, within(1e-5));
    assertThat(RougeL.of(captions).of(empty)).isZero();
    assertThat(Cider.D.of(captions).of(empty)).isZero();
    assertThat(Meteor.english().of(captions).of(empty)).isZero();
  }

  @Test
  void aPictureWithoutReferencesIsNamed() {
    assertRefused(
        () -> CaptionSet.of(new LinkedHashMap<>(Map.of("42", "a dog")), Map.of()),
        "'42'",
        "no reference");
  }

  @Test
  void selfBleuOfTheSameTextsIsOne() {
    var texts = List.of(words("a dog runs on grass"), words("a dog runs on grass"));

    assertThat(TextStatistics.selfBleu(texts).getLast().overall()).isCloseTo(1, within(1e-8));
    assertThat(TextStatistics.lengths(texts).overall()).isEqualTo(5);
    assertThat(TextStatistics.distinct(texts, 1)).isEqualTo(0.5);
    assertRefused(() -> TextStatistics.selfBleu(texts.subList(0, 1)), "at least 2", "1");
  }

  @Test
  void synonymSetsAreAskedForByWord() {
    Meteor english = Meteor.english();
    Meteor ignorant = english.withSynonyms(_ -> Set.of());
    Meteor other =
        english.withSynonyms(
            word -> Set.of("couch", "mouse").contains(word) ? Set.of("own") : Set.of());

    // One content word, all of it matched in one chunk: P = R = 0.8, and no penalty.
    assertThat(english.of(pair("couch", "sofa")).overall()).isCloseTo(0.8, within(1e-12));
    assertThat(ignorant.of(pair("couch", "sofa")).overall()).isZero();
    assertThat(other.of(pair("couch", "mouse")).overall()).isCloseTo(0.8, within(1e-12));
    assertThat(other.of(pair("couch", "sofa")).overall()).isZero();
  }
}
