package io.vlm4j.data.summary;

import io.vlm4j.data.TextHash;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Counts what texts are like. */
final class TextCounts {
  private static final int HASHES = 1 << 20;
  private static final int WORDS = 1 << 16;
  private static final int SHOWN_WORDS = 60;
  private static final int SAMPLED = 10_000; // a detector takes about as long for one as a decoder
  private static final int LONGEST = 1000;
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}]+(?:['’-][\\p{L}\\p{N}]+)*");

  private final Distribution words = new Distribution();
  private final Distribution characters = new Distribution();
  private final DistinctCount distinct = new DistinctCount(HASHES);
  private final Frequencies frequent = new Frequencies(WORDS);
  private final Reservoir<String> sampled;
  private long empty;

  TextCounts(RandomGenerator chance) {
    sampled = new Reservoir<>(SAMPLED, chance);
  }

  void add(String text) {
    characters.add(text.codePointCount(0, text.length()));
    long count = 0;
    for (MatchResult word : (Iterable<MatchResult>) WORD.matcher(text).results()::iterator) {
      frequent.add(word.group().toLowerCase(Locale.ROOT));
      count++;
    }
    words.add(count);
    if (text.isBlank()) {
      empty++;
      return;
    }
    distinct.add(TextHash.of(text));
    int place = sampled.place();
    if (place >= 0) {
      sampled.put(place, Excerpt.of(text, LONGEST));
    }
  }

  DataSummary.Texts summary() {
    return new DataSummary.Texts(
        words.count(),
        words,
        characters,
        empty,
        distinct.repeats(),
        Languages.of(sampled.items()),
        sampled.items().size(),
        frequent.most(SHOWN_WORDS));
  }
}
