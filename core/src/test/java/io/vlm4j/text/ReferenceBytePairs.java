package io.vlm4j.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * CLIP's byte-pair encoding a second time, after OpenAI's {@code simple_tokenizer.py}: slow, plain,
 * and sharing nothing with what it checks.
 */
final class ReferenceBytePairs {
  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private ReferenceBytePairs() {}

  /** {@code bytes_to_unicode()}. */
  static Map<Integer, String> symbols() {
    var symbols = new HashMap<Integer, String>();
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean isPrintable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      symbols.put(b, Character.toString(isPrintable ? b : next++));
    }
    return symbols;
  }

  static List<List<String>> words(String text) {
    var lower = new StringBuilder();
    Normalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .forEach(c -> lower.append(Character.toString(c).toLowerCase(Locale.ROOT)));
    var symbols = symbols();
    var words = new ArrayList<List<String>>();
    var matcher = WORD.matcher(lower);
    while (matcher.find()) {
      var pieces = new ArrayList<String>();
      for (byte b : matcher.group().getBytes(StandardCharsets.UTF_8)) {
        pieces.add(symbols.get(b & 0xff));
      }
      pieces.set(pieces.size() - 1, pieces.getLast() + "</w>");
      words.add(pieces);
    }
    return words;
  }

  /** Ids without start and end. */
  static List<Long> encode(
      String text, Map<String, Integer> vocabulary, Map<String, Integer> rank) {
    var ids = new ArrayList<Long>();
    for (List<String> word : words(text)) {
      List<String> pieces = new ArrayList<>(word);
      while (true) {
        int best = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < pieces.size(); i++) {
          best =
              Math.min(
                  best,
                  rank.getOrDefault(pieces.get(i) + " " + pieces.get(i + 1), Integer.MAX_VALUE));
        }
        if (best == Integer.MAX_VALUE) {
          break;
        }
        int wanted = best;
        pieces = merge(pieces, pair -> rank.getOrDefault(pair, Integer.MAX_VALUE) == wanted);
      }
      pieces.forEach(piece -> ids.add((long) vocabulary.get(piece)));
    }
    return ids;
  }

  /** Counts every pair of every word anew before each merge. */
  static List<String> learn(List<String> texts, int merges) {
    var words = new ArrayList<List<String>>();
    texts.forEach(text -> words.addAll(words(text)));
    var learned = new ArrayList<String>();
    while (learned.size() < merges) {
      var counts = new HashMap<String, Integer>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(word.get(i) + " " + word.get(i + 1), 1, Integer::sum);
        }
      }
      var best =
          counts.entrySet().stream()
              .filter(entry -> entry.getValue() > 1)
              .min(
                  Comparator.comparingInt((Map.Entry<String, Integer> entry) -> -entry.getValue())
                      .thenComparing(entry -> entry.getKey().split(" ")[0])
                      .thenComparing(entry -> entry.getKey().split(" ")[1]));
      if (best.isEmpty()) {
        break;
      }
      String pair = best.get().getKey();
      learned.add(pair);
      words.replaceAll(word -> merge(word, pair::equals));
    }
    return learned;
  }

  private static List<String> merge(List<String> pieces, Predicate<String> isWanted) {
    var merged = new ArrayList<String>();
    for (int i = 0; i < pieces.size(); i++) {
      if (i + 1 < pieces.size() && isWanted.test(pieces.get(i) + " " + pieces.get(i + 1))) {
        merged.add(pieces.get(i) + pieces.get(i + 1));
        i++;
      } else {
        merged.add(pieces.get(i));
      }
    }
    return merged;
  }
}
