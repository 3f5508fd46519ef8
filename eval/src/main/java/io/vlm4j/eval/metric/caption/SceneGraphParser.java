package io.vlm4j.eval.metric.caption;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import opennlp.tools.postag.POSModel;
import opennlp.tools.postag.POSTagFormat;
import opennlp.tools.postag.POSTagger;
import opennlp.tools.postag.ThreadSafePOSTaggerME;
import org.jspecify.annotations.Nullable;

/**
 * Reads captions as scene graphs, by parts of speech and a few rules instead of a full parse:
 *
 * <ol>
 *   <li>A noun phrase is an object: its last noun, or the compound if WordNet has it ({@code fire
 *       engine}). Its adjectives, numbers, participles and other nouns are attributes.
 *   <li>What stands between two phrases relates them: the verb and its prepositions ({@code sit
 *       on}), or the prepositions alone.
 *   <li>Phrases joined by <em>and</em> share what is said of them.
 *   <li>Adjectives behind a form of <em>be</em>, and verbs without an object, are attributes of
 *       what is before them.
 * </ol>
 *
 * <p>A preposition belongs to the phrase right before it, which is not always what is meant. Safe
 * for any number of threads.
 */
final class SceneGraphParser {
  private static final String MODEL = "/opennlp-en-ud-ewt-pos-1.3-2.5.4.bin";
  private static final Set<String> NOUNS = Set.of("NOUN", "PROPN");
  private static final Set<String> MODIFIERS = Set.of("DET", "NUM", "ADJ");

  /** Prepositions of several words, some of which would pass for objects. */
  private static final List<List<String>> PHRASES =
      List.of(
          List.of("in", "front", "of"),
          List.of("on", "top", "of"),
          List.of("in", "the", "middle", "of"),
          List.of("on", "the", "side", "of"),
          List.of("to", "the", "left", "of"),
          List.of("to", "the", "right", "of"),
          List.of("left", "of"),
          List.of("right", "of"),
          List.of("next", "to"),
          List.of("close", "to"),
          List.of("out", "of"),
          List.of("inside", "of"),
          List.of("outside", "of"));

  private final POSTagger tagger;
  private final WordNet words;

  private SceneGraphParser(POSTagger tagger, WordNet words) {
    this.tagger = tagger;
    this.words = words;
  }

  /** The one for English: OpenNLP's tagger, which learned from Universal Dependencies' EWT. */
  static SceneGraphParser english() {
    try (InputStream model = SceneGraphParser.class.getResourceAsStream(MODEL)) {
      return new SceneGraphParser(
          new ThreadSafePOSTaggerME(
              new POSModel(Objects.requireNonNull(model, MODEL)), POSTagFormat.UD),
          WordNet.english());
    } catch (IOException e) {
      throw new IllegalStateException("a part of vlm4j cannot be read: " + MODEL, e);
    }
  }

  /** A word with its part of speech, and what it is a form of. */
  private record Token(String word, String tag, String base) {
    boolean is(String other) {
      return tag.equals(other);
    }
  }

  /** An object, and where its phrase ends. */
  private record Phrase(String object, int end) {}

  /** The graph of a tokenised caption. */
  SceneGraph parse(List<String> caption) {
    var reading = new Reading(tokens(caption));
    reading.run();
    return SceneGraph.union(List.of(new SceneGraph(List.copyOf(reading.tuples))), words);
  }

  private List<Token> tokens(List<String> caption) {
    var sentence = new ArrayList<>(caption);
    sentence.add("."); // which captions lack, and the sentences that the tagger learned from have
    String[] tags = tagger.tag(sentence.toArray(String[]::new));
    repair(sentence, tags);
    var tokens = new ArrayList<Token>();
    for (int i = 0; i < caption.size(); ) {
      int length = phraseAt(caption, i);
      if (length > 0) {
        String phrase = String.join(" ", caption.subList(i, i + length));
        tokens.add(new Token(phrase, "ADP", phrase));
        i += length;
      } else {
        String word = caption.get(i);
        tokens.add(new Token(word, tags[i], words.base(word, tags[i])));
        i++;
      }
    }
    return tokens;
  }

  /**
   * Mends two mistakes that the tagger makes in short texts without capitals, where WordNet knows
   * better: an article without a noun ({@code an automobile}), and a verb behind its subject that
   * is taken for one more noun ({@code a dog sits}).
   */
  private void repair(List<String> sentence, String[] tags) {
    for (int i = 0; i < tags.length - 1; i++) {
      if (tags[i].equals("DET")) {
        int end = i + 1;
        while (MODIFIERS.contains(tags[end])) {
          end++;
        }
        int noun = end > i + 1 ? end - 1 : end;
        boolean goesOn = NOUNS.contains(tags[end]) || tags[end].equals("CCONJ");
        if (!goesOn && words.hasNoun(sentence.get(noun))) {
          tags[noun] = "NOUN";
        }
      }
      boolean isSecond = i > 0 && NOUNS.contains(tags[i]) && NOUNS.contains(tags[i - 1]);
      if (isSecond
          && !NOUNS.contains(tags[i + 1])
          && isThirdPerson(sentence.get(i))
          && !words.hasNoun(sentence.get(i - 1) + " " + words.base(sentence.get(i), "NOUN"))) {
        tags[i] = "VERB";
      }
    }
  }

  private boolean isThirdPerson(String form) {
    return form.endsWith("s") && words.hasVerb(words.base(form, "VERB"));
  }

  private static int phraseAt(List<String> caption, int from) {
    for (List<String> phrase : PHRASES) {
      int to = from + phrase.size();
      if (to <= caption.size() && caption.subList(from, to).equals(phrase)) {
        return phrase.size();
      }
    }
    return 0;
  }

  /** One pass over a caption. */
  private final class Reading {
    private final List<Token> tokens;
    private final Set<List<String>> tuples = new LinkedHashSet<>();

    /** What is spoken of: one object, or several that are joined. */
    private List<String> group = List.of();

    /** How the group came in, to be said of who joins it: subjects and predicate. */
    private List<String> subjects = List.of();

    private String predicate = "";

    Reading(List<Token> tokens) {
      this.tokens = tokens;
    }

    void run() {
      int from = 0; // where the words between two phrases begin
      for (int i = 0; i < tokens.size(); ) {
        Phrase phrase = phraseFrom(i);
        if (phrase == null) {
          i++;
        } else {
          link(tokens.subList(from, i), phrase.object);
          i = phrase.end;
          from = i;
        }
      }
      describe(tokens.subList(from, tokens.size()));
    }

    /** The noun phrase that begins here, whose tuples are noted, or null. */
    private @Nullable Phrase phraseFrom(int start) {
      int noun = start;
      while (noun < tokens.size() && isModifier(noun, start)) {
        noun++;
      }
      int end = noun;
      while (end < tokens.size() && NOUNS.contains(tokens.get(end).tag)) {
        end++;
      }
      if (end == noun) {
        return null;
      }
      List<Token> nouns = tokens.subList(noun, end);
      int head = head(nouns);
      String object = name(nouns.subList(head, nouns.size()));
      tuples.add(List.of(object));
      for (Token modifier : tokens.subList(start, noun + head)) {
        if (!modifier.is("DET") && !modifier.is("ADV") && !modifier.is("CCONJ")) {
          tuples.add(List.of(object, modifier.base));
        }
      }
      return new Phrase(object, end);
    }

    /** Whether a word may stand before a noun; a participle only behind another such word. */
    private boolean isModifier(int at, int start) {
      Token token = tokens.get(at);
      boolean isLast = at + 1 == tokens.size();
      return MODIFIERS.contains(token.tag)
          || (token.is("VERB") && at > start && !isLast && isNounOrAdjective(at + 1))
          || (token.is("ADV") && !isLast && tokens.get(at + 1).is("ADJ"))
          || (token.is("CCONJ")
              && at > start
              && !isLast
              && tokens.get(at - 1).is("ADJ")
              && tokens.get(at + 1).is("ADJ"));
    }

    private boolean isNounOrAdjective(int at) {
      return NOUNS.contains(tokens.get(at).tag) || tokens.get(at).is("ADJ");
    }

    /** Where the head of a row of nouns begins: the longest end that WordNet has. */
    private int head(List<Token> nouns) {
      for (int from = 0; from < nouns.size() - 1; from++) {
        if (words.hasNoun(name(nouns.subList(from, nouns.size())))) {
          return from;
        }
      }
      return nouns.size() - 1;
    }

    private String name(List<Token> nouns) {
      var name = new StringBuilder();
      for (Token noun : nouns.subList(0, nouns.size() - 1)) {
        name.append(noun.word).append(' ');
      }
      return name.append(nouns.getLast().base).toString();
    }

    /** Relates an object to what came before it. */
    private void link(List<Token> between, String object) {
      if (group.isEmpty()) {
        group = List.of(object);
      } else if (between.isEmpty() || between.stream().allMatch(token -> token.is("CCONJ"))) {
        var joined = new ArrayList<>(group);
        joined.add(object);
        group = List.copyOf(joined);
        relate(subjects, predicate, object);
      } else {
        describeAdjectives(between);
        subjects = group;
        predicate = predicate(between);
        group = List.of(object);
        relate(subjects, predicate, object);
      }
    }

    private void relate(List<String> subjects, String predicate, String object) {
      if (!predicate.isEmpty()) {
        subjects.forEach(subject -> tuples.add(List.of(subject, predicate, object)));
      }
    }

    /** The last verb and the prepositions behind it. */
    private static String predicate(List<Token> between) {
      var parts = new ArrayList<String>();
      for (Token token : between) {
        if (token.is("VERB")) {
          parts.clear();
          parts.add(token.base);
        } else if (token.is("ADP")) {
          parts.add(token.word);
        }
      }
      return String.join(" ", parts);
    }

    /** What is said at the end, of whom the last clause is about. */
    private void describe(List<Token> rest) {
      describeAdjectives(rest);
      rest.stream()
          .filter(token -> token.is("VERB"))
          .forEach(verb -> group.forEach(object -> tuples.add(List.of(object, verb.base))));
    }

    private void describeAdjectives(List<Token> said) {
      said.stream()
          .filter(token -> token.is("ADJ"))
          .forEach(
              adjective -> group.forEach(object -> tuples.add(List.of(object, adjective.base))));
    }
  }
}
