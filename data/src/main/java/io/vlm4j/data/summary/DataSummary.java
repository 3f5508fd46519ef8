package io.vlm4j.data.summary;

import io.vlm4j.data.ProgressListener;
import io.vlm4j.data.Source;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a data set holds. All but {@link #samples} and {@link #broken} is about the samples that can
 * be read.
 *
 * @param name the source's
 * @param samples number of samples, broken ones too
 * @param parts how many parts of each kind, the most frequent first
 * @param pictures about all pictures, those of turns and frames too
 * @param texts about all texts: captions, and those of turns, questions and regions
 * @param metadata its entries, the most frequent first
 * @param shown samples by chance
 * @param broken the cause for each sample or file that cannot be read, by name
 */
public record DataSummary(
    String name,
    long samples,
    List<Count> parts,
    Pictures pictures,
    Texts texts,
    List<Entry> metadata,
    List<Shown> shown,
    SequencedMap<String, String> broken) {
  /** Copies the lists and the map. */
  public DataSummary {
    parts = List.copyOf(parts);
    metadata = List.copyOf(metadata);
    shown = List.copyOf(shown);
    broken = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(broken));
  }

  /**
   * What is looked at.
   *
   * @param decode whether to decode every picture, which finds broken ones and tells their sizes
   * @param limit more samples are not looked at
   * @param shown number of samples to show
   * @param seed of their choice
   */
  public record Options(boolean decode, long limit, int shown, long seed) {
    /** Everything, and two dozen samples. */
    public static final Options ALL = new Options(true, Long.MAX_VALUE, 24, 0);
  }

  /**
   * About pictures.
   *
   * @param count how many there are
   * @param formats of their files
   * @param bytes lengths of their files
   * @param width in pixels; without values if they were not decoded, like height and aspect
   * @param height in pixels
   * @param aspect width divided by height
   * @param repeated those whose file is equal to an earlier one
   */
  public record Pictures(
      long count,
      List<Count> formats,
      Distribution bytes,
      Distribution width,
      Distribution height,
      Distribution aspect,
      Repeats repeated) {
    /** Copies the list. */
    public Pictures {
      formats = List.copyOf(formats);
    }
  }

  /**
   * About texts.
   *
   * @param count how many there are, empty ones too
   * @param words number of words in each
   * @param characters number of characters (code points) in each
   * @param empty those of white space alone
   * @param repeated those that are equal to an earlier one; empty ones are not counted
   * @param languages of {@code sampled} texts, named in English
   * @param sampled texts whose language was looked at, chosen by chance
   * @param frequent the most frequent words, in lower case
   */
  public record Texts(
      long count,
      Distribution words,
      Distribution characters,
      long empty,
      Repeats repeated,
      List<Count> languages,
      long sampled,
      List<Count> frequent) {
    /** Copies the lists. */
    public Texts {
      languages = List.copyOf(languages);
      frequent = List.copyOf(frequent);
    }
  }

  /** An entry of the metadata: its name, how many samples have it, and a few of its values. */
  public record Entry(String name, long count, List<String> examples) {
    /** Copies the examples. */
    public Entry {
      examples = List.copyOf(examples);
    }
  }

  /**
   * A sample to show.
   *
   * @param key the sample's
   * @param png a small picture of its first picture, not copied; null if it has none
   * @param text its texts, shortened
   * @param note the size of its picture, or empty
   */
  public record Shown(String key, byte @Nullable [] png, String text, String note) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Shown that
          && key.equals(that.key)
          && Arrays.equals(png, that.png)
          && text.equals(that.text)
          && note.equals(that.note);
    }

    @Override
    public int hashCode() {
      return key.hashCode();
    }
  }

  /**
   * Looks at all samples of a source; pictures are read by as many threads as there are processors.
   *
   * <p>Memory does not grow with the number of samples, but with that of broken ones. The result
   * depends on the source and the options alone.
   *
   * @throws io.vlm4j.io.InputException if there are no samples; it tells why, if that is known
   */
  public static DataSummary of(Source source, Options options, ProgressListener progress) {
    return new Survey(source, options).run(progress);
  }
}
