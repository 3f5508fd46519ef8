package io.vlm4j.data;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The samples of a source that a model can read: pictures with captions, either alone, dialogues.
 */
public final class Pairs {
  private static final Logger LOG = LoggerFactory.getLogger(Pairs.class);

  private Pairs() {}

  /**
   * All samples that have a picture and a text, in order. Their pictures stay where they are.
   *
   * @throws InputException if there is not one; it tells why, if that is known
   */
  public static List<Sample> in(Source source) {
    return in(source, true, true);
  }

  /**
   * All samples that have what is asked for, in order. Their pictures stay where they are.
   *
   * @param pictures whether a sample needs one
   * @param texts whether a sample needs one
   * @throws InputException if there is not one; it tells why, if that is known
   */
  public static List<Sample> in(Source source, boolean pictures, boolean texts) {
    return in(
        source,
        sample ->
            (!texts || !sample.texts().isEmpty()) && (!pictures || !sample.pictures().isEmpty()),
        pictures ? texts ? "pictures with captions" : "pictures" : "texts");
  }

  /**
   * All dialogues in which an assistant says something, with pictures or without, in order.
   *
   * @throws InputException if there is not one; it tells why, if that is known
   */
  public static List<Sample> dialogues(Source source) {
    return in(source, DialogueCollator::isDialogue, "dialogues with an assistant");
  }

  private static List<Sample> in(Source source, Predicate<Sample> isWanted, String wanted) {
    if (source.shards().size() == 1) {
      source.shards().getFirst().open(); // what cannot be opened at all ends here, in its own words
    }
    var pairs = new ArrayList<Sample>();
    var left = new int[1];
    var skipped = new SkippedSamples();
    source.stream(skipped)
        .forEach(sample -> {
          if (isWanted.test(sample)) {
            pairs.add(sample);
          } else {
            left[0]++;
          }
        });
    if (pairs.isEmpty()) {
      skipped.causes().values().stream()
          .findFirst()
          .ifPresent(cause -> {
            throw new InputException(cause);
          });
      throw new InputException(source.name() + ": no " + wanted + " in it");
    }
    if (left[0] > 0) {
      LOG.warn(
          "{}: {} samples without what is read are left out: {}", source.name(), left[0], wanted);
    }
    return pairs;
  }
}
