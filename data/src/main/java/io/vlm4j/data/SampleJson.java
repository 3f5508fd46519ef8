package io.vlm4j.data;

import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Part.Box;
import io.vlm4j.data.Part.Frames;
import io.vlm4j.data.Part.Preference;
import io.vlm4j.data.Part.Question;
import io.vlm4j.data.Part.Region;
import io.vlm4j.data.Part.Text;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.io.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Any sample as JSON values, and back, without loss. Pictures and attachments stay outside: the
 * JSON holds a reference to each.
 *
 * <p>A picture with texts, the usual sample, needs no JSON but its metadata in most layouts; {@link
 * #isPair} tells.
 */
public final class SampleJson {
  /** Keeps what does not belong into JSON, and says how to refer to it. */
  public interface Store {
    /** Keeps a picture. */
    String keep(Picture picture);

    /** Keeps an attachment. */
    String keep(Attachment attachment);
  }

  /** Finds what a {@link Store} has kept. */
  public interface Shelf {
    /** The picture of a reference; throws {@link InputException} if there is none. */
    Picture picture(String reference);

    /** The bytes of an attachment; throws {@link InputException} if there are none. */
    Picture.Bytes attachment(String reference);
  }

  /** Under which a record keeps the parts of a sample that is no pair. */
  public static final String PARTS = "__parts__";

  /** Under which a record keeps a sample's key, where it has no better place for it. */
  public static final String KEY = "__key__";

  /** Under which a record keeps exact metadata, where it cannot stand beside the rest. */
  public static final String METADATA = "__metadata__";

  private SampleJson() {}

  /** The metadata of a record: what stands under {@link #METADATA}, or else all of it. */
  public static Map<String, @Nullable Object> metadata(Map<String, @Nullable Object> record) {
    if (!(record.get(METADATA) instanceof Map<?, ?> exact)) {
      return record;
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    exact.forEach((key, value) -> copy.put(String.valueOf(key), value));
    return copy;
  }

  /** Whether a sample is at most one picture, and after it at most one text. */
  public static boolean isPair(Sample sample) {
    List<Part> parts = sample.parts();
    int next = !parts.isEmpty() && parts.getFirst() instanceof Picture ? 1 : 0;
    return parts.size() == next || (parts.size() == next + 1 && parts.get(next) instanceof Text);
  }

  /** The parts of a sample as a list of JSON values. */
  public static List<Object> write(List<? extends Part> parts, Store store) {
    return parts.stream().map(part -> (Object) write(part, store)).toList();
  }

  private static Map<String, Object> write(Part part, Store store) {
    return switch (part) {
      case Text(String value) -> Map.of("text", value);
      case Picture picture -> Map.of("picture", store.keep(picture));
      case Region(Box box, List<String> texts, String label) ->
          Map.of(
              "region",
              ordered(
                  "box",
                  List.of(box.x(), box.y(), box.width(), box.height()),
                  "texts",
                  texts,
                  "label",
                  label));
      case Turn turn -> Map.of("turn", write(turn, store));
      case Question(String text, List<String> answers, List<String> choices, int correct) ->
          Map.of(
              "question",
              ordered(
                  "text", text, "answers", answers, "choices", choices, "correct", (long) correct));
      case Preference(List<Turn> prompt, List<Turn> chosen, List<Turn> rejected) ->
          Map.of(
              "preference",
              ordered(
                  "prompt",
                  turns(prompt, store),
                  "chosen",
                  turns(chosen, store),
                  "rejected",
                  turns(rejected, store)));
      case Frames(List<Picture> pictures, List<Double> seconds) ->
          Map.of(
              "frames",
              ordered("pictures", pictures.stream().map(store::keep).toList(), "seconds", seconds));
      case Attachment attachment ->
          Map.of("attachment", ordered("name", attachment.name(), "bytes", store.keep(attachment)));
    };
  }

  private static Map<String, Object> write(Turn turn, Store store) {
    return ordered("role", turn.role(), "content", write(turn.content(), store));
  }

  private static List<Object> turns(List<Turn> turns, Store store) {
    return turns.stream().map(turn -> (Object) write(turn, store)).toList();
  }

  private static Map<String, Object> ordered(Object... keysAndValues) {
    var map = new LinkedHashMap<String, Object>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  /**
   * The parts that {@link #write} has described.
   *
   * @param place names the record in errors
   * @throws InputException if it is not such a description
   */
  public static List<Part> read(@Nullable Object json, Shelf shelf, String place) {
    return new Reader(shelf, place).parts(json);
  }

  /** Reads with the place at hand for errors. */
  private record Reader(Shelf shelf, String place) {
    List<Part> parts(@Nullable Object json) {
      return list(json).stream().map(this::part).toList();
    }

    private Part part(@Nullable Object json) {
      Map<?, ?> object = object(json);
      if (object.size() != 1) {
        throw wrong("an object with one key", json);
      }
      Map.Entry<?, ?> entry = object.entrySet().iterator().next();
      Object value = entry.getValue();
      return switch (String.valueOf(entry.getKey())) {
        case "text" -> new Text(string(value));
        case "picture" -> shelf.picture(string(value));
        case "region" -> region(object(value));
        case "turn" -> turn(value);
        case "question" -> question(object(value));
        case "preference" -> preference(object(value));
        case "frames" -> frames(object(value));
        case "attachment" -> attachment(object(value));
        default -> throw wrong("a kind of part", entry.getKey());
      };
    }

    private Region region(Map<?, ?> json) {
      List<Double> box = list(json.get("box")).stream().map(this::number).toList();
      if (box.size() != 4) {
        throw wrong("four numbers", json.get("box"));
      }
      return new Region(
          new Box(box.get(0), box.get(1), box.get(2), box.get(3)),
          strings(json.get("texts")),
          string(json.get("label")));
    }

    private Turn turn(@Nullable Object json) {
      Map<?, ?> object = object(json);
      return new Turn(string(object.get("role")), parts(object.get("content")));
    }

    private Question question(Map<?, ?> json) {
      List<String> choices = strings(json.get("choices"));
      int correct = (int) number(json.get("correct"));
      if (correct < -1 || correct >= choices.size()) {
        throw wrong("the index of a choice", correct);
      }
      return new Question(string(json.get("text")), strings(json.get("answers")), choices, correct);
    }

    private Preference preference(Map<?, ?> json) {
      return new Preference(
          turns(json.get("prompt")), turns(json.get("chosen")), turns(json.get("rejected")));
    }

    private List<Turn> turns(@Nullable Object json) {
      return list(json).stream().map(this::turn).toList();
    }

    private Frames frames(Map<?, ?> json) {
      List<Picture> pictures = strings(json.get("pictures")).stream().map(shelf::picture).toList();
      List<Double> seconds = list(json.get("seconds")).stream().map(this::number).toList();
      if (pictures.isEmpty() || pictures.size() != seconds.size()) {
        throw wrong("as many times as frames", json);
      }
      return new Frames(pictures, seconds);
    }

    private Attachment attachment(Map<?, ?> json) {
      return new Attachment(string(json.get("name")), shelf.attachment(string(json.get("bytes"))));
    }

    private double number(@Nullable Object json) {
      if (json instanceof Number value) {
        return value.doubleValue();
      }
      throw wrong("a number", json);
    }

    private String string(@Nullable Object json) {
      if (json instanceof String value) {
        return value;
      }
      throw wrong("a text", json);
    }

    private List<String> strings(@Nullable Object json) {
      return list(json).stream().map(this::string).toList();
    }

    private List<?> list(@Nullable Object json) {
      if (json instanceof List<?> value) {
        return value;
      }
      throw wrong("a list", json);
    }

    private Map<?, ?> object(@Nullable Object json) {
      if (json instanceof Map<?, ?> value) {
        return value;
      }
      throw wrong("an object", json);
    }

    private InputException wrong(String expected, @Nullable Object found) {
      String text = Optional.ofNullable(found).map(Object::toString).orElse("nothing");
      return new InputException(
          "%s: in its parts, expected %s, found %s"
              .formatted(place, expected, text.substring(0, Math.min(60, text.length()))));
    }
  }
}
