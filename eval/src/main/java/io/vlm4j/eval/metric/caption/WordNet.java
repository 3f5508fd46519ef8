package io.vlm4j.eval.metric.caption;

import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.dictionary.Dictionary;
import org.jspecify.annotations.Nullable;

/**
 * Which English words may mean the same, and what they are inflected from, by WordNet 3.1, which
 * comes along. Safe for any number of threads; what was asked once is remembered.
 */
public final class WordNet {
  private static final Map<String, POS> PARTS =
      Map.of("NOUN", POS.NOUN, "PROPN", POS.NOUN, "VERB", POS.VERB, "ADJ", POS.ADJECTIVE);

  private final Dictionary dictionary;
  private final Map<String, Set<String>> synsets = new ConcurrentHashMap<>();
  private final Map<String, String> bases = new ConcurrentHashMap<>();

  private WordNet(Dictionary dictionary) {
    this.dictionary = dictionary;
  }

  /** Loaded when it is first asked for: half a second, once. */
  private static final class Holder {
    static final WordNet ENGLISH = open();

    private static WordNet open() {
      try {
        return new WordNet(Objects.requireNonNull(Dictionary.getDefaultResourceInstance()));
      } catch (JWNLException e) {
        throw unreadable(e);
      }
    }
  }

  /** The one that comes along. */
  public static WordNet english() {
    return Holder.ENGLISH;
  }

  /** The names of the sets of synonyms that a word is in, whatever its part of speech. */
  public Set<String> synsets(String word) {
    Set<String> known = synsets.get(word);
    return known != null ? known : synsets.computeIfAbsent(word, this::find);
  }

  /** Whether two words are the same or share a set of synonyms. */
  public boolean areSynonyms(String a, String b) {
    return a.equals(b) || synsets(a).stream().anyMatch(synsets(b)::contains);
  }

  /** Whether it has such a noun, which may be of several words. */
  boolean hasNoun(String words) {
    return has(POS.NOUN, words);
  }

  /** Whether it has such a verb. */
  boolean hasVerb(String word) {
    return has(POS.VERB, word);
  }

  private boolean has(POS part, String words) {
    try {
      synchronized (dictionary) {
        return dictionary.getIndexWord(part, words) != null;
      }
    } catch (JWNLException e) {
      throw unreadable(e);
    }
  }

  /**
   * The word that a form belongs to, such as {@code ride} for {@code riding}; the form itself if it
   * is not known.
   *
   * @param tag its part of speech, as Universal Dependencies name it
   */
  String base(String form, String tag) {
    POS part = PARTS.get(tag);
    return part == null
        ? form
        : bases.computeIfAbsent(form + " " + part.getKey(), _ -> lookUp(form, part));
  }

  private String lookUp(String form, POS part) {
    try {
      synchronized (dictionary) {
        @Nullable IndexWord word = dictionary.lookupIndexWord(part, form);
        return word == null ? form : word.getLemma();
      }
    } catch (JWNLException e) {
      throw unreadable(e);
    }
  }

  private Set<String> find(String word) {
    var found = new HashSet<String>();
    try {
      synchronized (dictionary) {
        for (IndexWord entry : dictionary.lookupAllIndexWords(word).getIndexWordArray()) {
          for (Synset synset : entry.getSenses()) {
            found.add(synset.getPOS().getKey() + synset.getOffset());
          }
        }
      }
    } catch (JWNLException e) {
      throw unreadable(e);
    }
    return Set.copyOf(found);
  }

  private static IllegalStateException unreadable(JWNLException cause) {
    return new IllegalStateException("WordNet, a part of vlm4j, cannot be read", cause);
  }
}
