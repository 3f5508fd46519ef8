package io.vlm4j.eval.metric.caption;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import io.vlm4j.testing.Fixtures;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class PtbTokenizerTest {
  @TestFactory
  Stream<DynamicTest> equalsStanfordsTokenizer() {
    var cases = Json.readObject(Fixtures.folder("captions").resolve("ptb.json")).get("cases");
    return cases
        .valueStream()
        .map(example ->
            DynamicTest.dynamicTest(
                example.get("text").stringValue(), () -> assertTokens(example)));
  }

  private static void assertTokens(JsonNode example) {
    String text = example.get("text").stringValue();
    assertThat(String.join(" ", PtbTokenizer.all(text)))
        .isEqualTo(example.get("raw").stringValue());
    assertThat(PtbTokenizer.tokens(text))
        .isEqualTo(example.get("tokens").valueStream().map(JsonNode::stringValue).toList());
  }

  @Test
  void contractionsAreCutWhereTheTreebankCutsThem() {
    assertThat(PtbTokenizer.tokens("They CAN'T; he'd've, and it's Bob's."))
        .containsExactly("they", "ca", "n't", "he", "'d", "'ve", "and", "it", "'s", "bob", "'s");
  }

  @Test
  void numbersKeepTheirPointsAndCommas() {
    assertThat(PtbTokenizer.tokens("Bus 4,200.5 at 9:45, 1/2 full."))
        .containsExactly("bus", "4,200.5", "at", "9:45", "1/2", "full");
  }

  @Test
  void punctuationAloneIsNoToken() {
    assertThat(PtbTokenizer.tokens("... -- !? ;")).isEmpty();
    assertThat(PtbTokenizer.tokens("")).isEmpty();
    assertThat(PtbTokenizer.tokens("  \n ")).isEmpty();
  }

  @Test
  void lettersOfAllScriptsAreWords() {
    assertThat(PtbTokenizer.tokens("Zoë's smörgåsbord, Łódź"))
        .isEqualTo(List.of("zoë", "'s", "smörgåsbord", "łódź"));
  }
}
