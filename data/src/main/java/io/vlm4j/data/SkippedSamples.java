package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the samples that could not be used, and logs each one's cause once. */
public final class SkippedSamples {
  private static final Logger LOG = LoggerFactory.getLogger(SkippedSamples.class);

  private final Map<String, String> causes = new ConcurrentHashMap<>();

  /** Notes a sample and why it cannot be used. */
  public void add(Sample sample, InputException cause) {
    add(sample.origin(), cause);
  }

  /** Notes what cannot be read, and why. */
  public void add(String origin, InputException cause) {
    if (causes.putIfAbsent(origin, String.valueOf(cause.getMessage())) == null) {
      LOG.warn("skipped {}: {}", origin, cause.getMessage());
    }
  }

  /** How many there are. */
  public int count() {
    return causes.size();
  }

  /** The cause for each origin. */
  public Map<String, String> causes() {
    return Map.copyOf(causes);
  }

  /** The cause for each origin, by origin; a cause does not repeat its origin. */
  public SequencedMap<String, String> sortedCauses() {
    var sorted = new TreeMap<String, String>();
    causes.forEach((origin, cause) ->
        sorted.put(
            origin,
            cause.startsWith(origin + ": ") ? cause.substring(origin.length() + 2) : cause));
    return sorted;
  }
}
