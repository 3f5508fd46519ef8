package io.vlm4j.eval.metric.caption;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * English words that hold a sentence together rather than tell of its subject: articles, pronouns,
 * prepositions, conjunctions, auxiliaries, and what is left of contractions.
 */
final class EnglishFunctionWords {
  static final Set<String> ALL =
      Stream.of(
              "a an the this that these those each every either neither some any no all both few",
              "many much more most other another such own same",
              "i me my mine myself you your yours yourself he him his himself she her hers herself",
              "it its itself we us our ours ourselves they them their theirs themselves one",
              "who whom whose which what when where why how there here",
              "of in on at by for with from to into onto out off over under up down about above",
              "across after against along among around as before behind below beneath beside",
              "besides between beyond during inside near outside past since through toward towards",
              "until upon via within without",
              "and or but nor so yet if because while although though than whether unless",
              "am is are was were be been being has have had having do does did doing done will",
              "would shall should can could may might must ought let",
              "not n't 's 'm 'd 're 've 'll ca wo to too very just also only then now")
          .flatMap(line -> Stream.of(line.split(" ")))
          .collect(Collectors.toUnmodifiableSet());

  private EnglishFunctionWords() {}
}
