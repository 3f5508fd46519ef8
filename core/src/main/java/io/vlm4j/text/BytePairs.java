package io.vlm4j.text;

import io.vlm4j.io.InputException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A byte-level byte-pair encoding in CLIP's form (1508.07909, 2103.00020): text is NFC-normalised
 * and lower-cased, cut into words by CLIP's pattern, and each word's bytes are merged pair by pair;
 * the last piece of a word carries {@code </w>}.
 *
 * @param vocabulary pieces and their ids: 256 bytes, 256 bytes that end a word, one for each merge,
 *     then the start and the end of text
 * @param merges pairs in the order in which they are applied
 */
public record BytePairs(Map<String, Integer> vocabulary, List<Pair> merges) {
  /** Two neighbouring pieces that become one. */
  public record Pair(String left, String right) {
    /** The piece that they become. */
    public String joined() {
      return left + right;
    }
  }

  /** The piece before every text. */
  public static final String START = "<|startoftext|>";

  /** The piece after every text. */
  public static final String END = "<|endoftext|>";

  /** The pattern that cuts text into words, as the tokenizers library reads it. */
  public static final String WORDS =
      "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  private static final Pattern WORD = Pattern.compile(WORDS, Pattern.UNICODE_CHARACTER_CLASS);
  private static final String WORD_END = "</w>";
  private static final int FIXED = 2 * 256 + 2;

  /**
   * Learns the encoding from texts, most frequent pair first; ties go to the pair that comes first
   * in the alphabet, so that the result depends on the texts alone.
   *
   * @param size of the vocabulary, at least 514; fewer if the texts hold no more pairs
   */
  public static BytePairs learn(Iterable<String> texts, int size) {
    if (size < FIXED) {
      throw new InputException("a vocabulary needs at least " + FIXED + " entries, not " + size);
    }
    return new Learner(texts).learn(size - FIXED);
  }

  /** The vocabulary that CLIP builds from its merges: their order decides the ids. */
  static BytePairs of(List<Pair> merges) {
    var vocabulary = new LinkedHashMap<String, Integer>();
    for (String end : List.of("", WORD_END)) {
      for (String symbol : SYMBOLS) {
        vocabulary.put(symbol + end, vocabulary.size());
      }
    }
    merges.forEach(pair -> vocabulary.putIfAbsent(pair.joined(), vocabulary.size()));
    vocabulary.put(START, vocabulary.size());
    vocabulary.put(END, vocabulary.size());
    return new BytePairs(vocabulary, List.copyOf(merges));
  }

  /** The id of a piece that the vocabulary has. */
  int id(String piece) {
    return Objects.requireNonNull(vocabulary.get(piece), piece);
  }

  /** Words with their pieces and counts; every merge only touches the words that hold the pair. */
  private static final class Learner {
    private final List<List<String>> words = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private final Map<Pair, Integer> frequency = new HashMap<>();
    private final Map<Pair, Set<Integer>> places = new HashMap<>();
    private final PriorityQueue<Candidate> queue =
        new PriorityQueue<>(
            Comparator.comparingInt(Candidate::count)
                .reversed()
                .thenComparing(candidate -> candidate.pair.left)
                .thenComparing(candidate -> candidate.pair.right));

    private record Candidate(Pair pair, int count) {}

    Learner(Iterable<String> texts) {
      var byWord = new LinkedHashMap<String, Integer>();
      for (String text : texts) {
        String normal = Normalizer.normalize(text, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        WORD.matcher(normal).results().forEach(word -> byWord.merge(word.group(), 1, Integer::sum));
      }
      byWord.forEach((word, count) -> {
        words.add(pieces(word));
        counts.add(count);
      });
      for (int word = 0; word < words.size(); word++) {
        count(word, 1);
      }
      frequency.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
    }

    BytePairs learn(int limit) {
      var merges = new ArrayList<Pair>();
      while (merges.size() < limit && !queue.isEmpty()) {
        Candidate best = queue.remove();
        int now = frequency.getOrDefault(best.pair, 0);
        if (best.count != now) {
          if (now > 0) {
            queue.add(new Candidate(best.pair, now)); // an outdated entry
          }
          continue;
        }
        if (now < 2) {
          break; // a pair seen once teaches nothing
        }
        merges.add(best.pair);
        merge(best.pair);
      }
      return of(merges);
    }

    private void merge(Pair pair) {
      for (int word : new ArrayList<>(places.getOrDefault(pair, Set.of()))) {
        count(word, -1);
        List<String> before = words.get(word);
        var after = new ArrayList<String>(before.size());
        for (int i = 0; i < before.size(); i++) {
          if (i + 1 < before.size()
              && before.get(i).equals(pair.left)
              && before.get(i + 1).equals(pair.right)) {
            after.add(pair.joined());
            i++;
          } else {
            after.add(before.get(i));
          }
        }
        words.set(word, after);
        count(word, 1);
        for (int i = 0; i + 1 < after.size(); i++) {
          var neighbour = new Pair(after.get(i), after.get(i + 1));
          queue.add(new Candidate(neighbour, frequency.getOrDefault(neighbour, 0)));
        }
      }
    }

    private void count(int word, int sign) {
      List<String> pieces = words.get(word);
      for (int i = 0; i + 1 < pieces.size(); i++) {
        var pair = new Pair(pieces.get(i), pieces.get(i + 1));
        frequency.merge(pair, sign * counts.get(word), Integer::sum);
        if (sign > 0) {
          places.computeIfAbsent(pair, _ -> new HashSet<>()).add(word);
        }
      }
    }

    private static List<String> pieces(String word) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      var pieces = new ArrayList<String>(bytes.length);
      for (int i = 0; i < bytes.length; i++) {
        pieces.add(SYMBOL_OF_BYTE[bytes[i] & 0xff] + (i == bytes.length - 1 ? WORD_END : ""));
      }
      return pieces;
    }
  }

  /**
   * The printable character that stands for each byte, as in GPT-2: itself where it can be printed,
   * else one from 256 on. The order of {@link #SYMBOLS} is that of CLIP's vocabulary.
   */
  private static final String[] SYMBOL_OF_BYTE = new String[256];

  static final List<String> SYMBOLS = symbols();

  private static List<String> symbols() {
    var symbols = new ArrayList<String>(256);
    for (int b = 0; b < 256; b++) {
      if ((b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae) {
        SYMBOL_OF_BYTE[b] = Character.toString(b);
        symbols.add(SYMBOL_OF_BYTE[b]);
      }
    }
    for (int b = 0, next = 256; b < 256; b++) {
      if (SYMBOL_OF_BYTE[b] == null) {
        SYMBOL_OF_BYTE[b] = Character.toString(next++);
        symbols.add(SYMBOL_OF_BYTE[b]);
      }
    }
    return symbols;
  }
}
