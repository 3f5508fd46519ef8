package io.vlm4j.data.questions;

import io.vlm4j.data.Chance;
import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Question;
import io.vlm4j.data.Part.Text;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.data.lettering.TextPictures;
import io.vlm4j.data.lettering.Typefaces;
import io.vlm4j.data.lettering.Words;
import io.vlm4j.io.InputException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Questions about icons, alone and composed, and about written words, with true answers.
 *
 * <p>They come in blocks that ask one thing with every answer right once, in an order by chance, so
 * a model that does not see the pictures is exactly at chance on whole blocks. The kinds take
 * turns.
 *
 * <p>A sample is a dialogue of two turns, picture and question, then answer; and the question once
 * more with all right answers, and the choices where there are few. Its metadata has {@code kind}
 * and {@code answer}. It depends on the seed, its number, the icons and the side alone, and is made
 * when it is asked for. Safe for any number of threads.
 */
public final class IconQuestions {
  /** The metadata that tells the {@link QuestionKind}. */
  public static final String KIND = "kind";

  private static final int LARGEST_SHARD = 10_000;
  private static final int LEAST_SIDE = 32;
  private static final int LARGEST_SIDE = 1024;

  private final List<QuestionKind> kinds;
  private final List<Asker> askers;
  private final long seed;
  private final String name;
  private final boolean shown;

  /**
   * A maker of questions.
   *
   * @param icons to ask about, each with its name as first text
   * @param kinds what to ask, taking turns in their own order
   * @param side of the pictures, in pixels
   * @param shown whether the dialogues show the pictures: without, they teach what a model can know
   *     that does not see
   * @throws InputException if the icons do not do for one of the kinds, or the side lies outside of
   *     32 to 1024
   */
  public IconQuestions(
      List<Sample> icons, Set<QuestionKind> kinds, int side, long seed, boolean shown) {
    if (side < LEAST_SIDE || side > LARGEST_SIDE) {
      throw new InputException(
          "pictures must be %d to %d pixels wide, not %d"
              .formatted(LEAST_SIDE, LARGEST_SIDE, side));
    }
    if (kinds.isEmpty()) {
      throw new InputException("no kind of question: choose of " + QuestionKind.names());
    }
    var drawn = new Icons(icons, side);
    this.kinds = kinds.stream().sorted().toList();
    this.seed = seed;
    this.shown = shown;
    askers = this.kinds.stream().map(kind -> asker(kind, drawn, seed)).toList();
    name =
        "icon-questions:seed=%d,size=%d,kinds=%s%s"
            .formatted(
                seed,
                side,
                String.join("+", this.kinds.stream().map(QuestionKind::word).toList()),
                shown ? "" : ",blind");
  }

  /** The kinds that these icons do for. */
  public static Set<QuestionKind> possible(List<Sample> icons) {
    var drawn = new Icons(icons, LEAST_SIDE);
    var possible = EnumSet.noneOf(QuestionKind.class);
    for (QuestionKind kind : QuestionKind.values()) {
      try {
        asker(kind, drawn, 0);
        possible.add(kind);
      } catch (InputException _) {
        // Too few clocks, no fonts: what is not asked for need not be there.
      }
    }
    return possible;
  }

  private static Asker asker(QuestionKind kind, Icons icons, long seed) {
    return switch (kind) {
      case NAME -> SingleIcon.names(icons);
      case GROUP -> SingleIcon.groups(icons);
      case CLOCK -> SingleIcon.clocks(icons);
      case GROUND_COLOUR -> new GroundColour(icons);
      case COLOUR -> ThingColour.of(icons);
      case COUNT -> new Counting(icons);
      case POSITION -> new Placing(icons);
      case DESCRIPTION -> new Describing(icons);
      case TEXT -> {
        Words words = Words.common();
        yield new Reading(
            new TextPictures(icons.side(), seed, words, Typefaces.ofThisMachine()),
            words.entries());
      }
    };
  }

  /**
   * So many of them.
   *
   * @throws InputException if there are none
   */
  public Source source(long count) {
    if (count < 1) {
      throw new InputException("the number of questions must be at least 1, not " + count);
    }
    int shards = Math.toIntExact(Math.ceilDiv(count, LARGEST_SHARD));
    return new Source(name, new LazyList<>(shards, i -> shard(i, count)));
  }

  private Shard shard(int index, long count) {
    long first = (long) index * LARGEST_SHARD;
    int size = (int) Math.min(LARGEST_SHARD, count - first);
    return Shard.of(name + "#" + index, new LazyList<>(size, i -> sample(first + i)));
  }

  private Sample sample(long number) {
    int turn = (int) (number % kinds.size());
    QuestionKind kind = kinds.get(turn);
    Asker asker = askers.get(turn);
    long round = number / kinds.size();
    long block = round / asker.answers();
    RandomGenerator shared = Chance.of(seed, block, kind.ordinal());
    int answer = Chance.permutation(asker.answers(), shared)[(int) (round % asker.answers())];
    String key = "%s-%08d".formatted(kind.word(), number);
    // Other numbers than those of the blocks: a picture must not tell the order of the answers.
    Asked asked = asker.ask(answer, shared, Chance.of(~seed, number, kind.ordinal()), key + ".png");
    String right = asked.answers().getFirst();
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    metadata.put(KIND, kind.word());
    metadata.put("answer", right);
    List<Part> parts =
        List.of(
            shown
                ? new Turn("user", List.of(asked.picture(), new Text(asked.question())))
                : Turn.of("user", asked.question()),
            Turn.of("assistant", right),
            new Question(
                asked.question(),
                asked.answers(),
                asked.choices(),
                asked.choices().indexOf(right)));
    return new Sample(key, name + "/" + key, parts, metadata);
  }
}
