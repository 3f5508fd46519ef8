package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;

/**
 * What the words of English mean, from WordNet 3.1, which comes along: a text for each of some
 * 118,000 meanings, such as {@code "dog, domestic dog: a member of the genus Canis"}. For language
 * models of the smallest kind. The metadata holds {@code pos} and {@code example}, if there is one.
 */
public final class WordNetGlosses {
  private WordNetGlosses() {}

  /** All meanings, nouns first. */
  public static Source source() {
    return Source.of(new RecordShard("WordNet", WordNetGlosses::open));
  }

  private static List<Sample> open() {
    var samples = new ArrayList<Sample>();
    try {
      Dictionary dictionary = Objects.requireNonNull(Dictionary.getDefaultResourceInstance());
      for (POS pos : POS.getAllPOS()) {
        Iterator<Synset> meanings = dictionary.getSynsetIterator(pos);
        while (meanings.hasNext()) {
          samples.add(sample(meanings.next()));
        }
      }
      dictionary.close();
    } catch (JWNLException e) {
      throw new IllegalStateException("WordNet, a part of vlm4j, cannot be read", e);
    }
    return samples;
  }

  /** A gloss is a definition, and examples in quotes behind a semicolon. */
  private static Sample sample(Synset meaning) {
    String gloss = meaning.getGloss();
    int quote = gloss.indexOf("; \"");
    String definition = quote < 0 ? gloss : gloss.substring(0, quote);
    String words =
        meaning.getWords().stream()
            .map(Word::getLemma)
            .map(lemma -> lemma.replace('_', ' '))
            .collect(Collectors.joining(", "));
    String key = meaning.getPOS().getKey() + "%08d".formatted(meaning.getOffset());
    var metadata = new LinkedHashMap<String, Object>();
    metadata.put("pos", meaning.getPOS().getLabel());
    if (quote >= 0) {
      metadata.put("example", gloss.substring(quote + 2));
    }
    return new Sample(
        key,
        "WordNet " + key,
        List.of(new Part.Text(words + ": " + definition.strip())),
        new LinkedHashMap<>(metadata));
  }
}
