package io.vlm4j.data.records;

import io.vlm4j.data.JsonValues;
import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The fields of one record. A reader takes those that it knows, with their types checked; the
 * others are left over for the sample's metadata.
 *
 * <p>Its exceptions name the field; {@link Records} adds the file and the record.
 */
final class Fields {
  /** The one field of a record that is not an object. */
  static final String VALUE = "value";

  private final String prefix;
  private final Map<String, JsonNode> all = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();

  /**
   * The fields of a JSON object.
   *
   * @param prefix where it is in the record, before a field's name: {@code regions[2].} or nothing
   */
  Fields(String prefix, JsonNode record) {
    this.prefix = prefix;
    if (record.isObject()) {
      record.properties().forEach(field -> all.put(field.getKey(), field.getValue()));
    } else {
      all.put(VALUE, record);
    }
  }

  /** Whether there is such a field, and it is not null. */
  boolean has(String name) {
    JsonNode value = all.get(name);
    return value != null && !value.isNull();
  }

  /** A field as it is; null if there is none. */
  @Nullable JsonNode take(String name) {
    taken.add(name);
    return has(name) ? all.get(name) : null;
  }

  /** A text. */
  String text(String name) {
    JsonNode value = required(name, "a text");
    if (!value.isString()) {
      throw expected(name, "a text");
    }
    return value.stringValue();
  }

  /** A text, or another one where there is no such field. */
  String text(String name, String otherwise) {
    taken.add(name);
    return has(name) ? text(name) : otherwise;
  }

  /** What identifies something: a text or a whole number. */
  String id(String name) {
    return id(name, required(name, "a number or text"));
  }

  private String id(String name, JsonNode value) {
    if (value.isString() && !value.stringValue().isBlank()) {
      return value.stringValue();
    }
    if (value.isIntegralNumber()) {
      return value.numberValue().toString();
    }
    throw expected(name, "a number or text");
  }

  /** A whole number. */
  int integer(String name) {
    JsonNode value = required(name, "a whole number");
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw expected(name, "a whole number");
    }
    return value.intValue();
  }

  /** A number. */
  double number(String name) {
    JsonNode value = required(name, "a number");
    if (!value.isNumber()) {
      throw expected(name, "a number");
    }
    return value.numberValue().doubleValue();
  }

  /** A list of so many numbers. */
  List<Double> numbers(String name, int count) {
    JsonNode list = required(name, count + " numbers");
    var numbers = new ArrayList<Double>();
    list.forEach(value -> {
      if (value.isNumber()) {
        numbers.add(value.numberValue().doubleValue());
      }
    });
    if (!list.isArray() || list.size() != count || numbers.size() != count) {
      throw expected(name, count + " numbers");
    }
    return numbers;
  }

  /** A list of texts; empty where there is no such field. */
  List<String> texts(String name) {
    var texts = new ArrayList<String>();
    for (JsonNode value : list(name, "a list of texts")) {
      if (!value.isString()) {
        throw expected(name, "a list of texts");
      }
      texts.add(value.stringValue());
    }
    return texts;
  }

  /** A text or a list of texts, as a list; empty where there is no such field. */
  List<String> textOrTexts(String name) {
    JsonNode value = all.get(name);
    return value != null && value.isString() ? List.of(text(name)) : texts(name);
  }

  /** A list of objects; empty where there is no such field. */
  List<Fields> objects(String name) {
    var objects = new ArrayList<Fields>();
    for (JsonNode value : list(name, "a list of objects")) {
      if (!value.isObject()) {
        throw expected(name, "a list of objects");
      }
      objects.add(new Fields("%s%s[%d].".formatted(prefix, name, objects.size()), value));
    }
    return objects;
  }

  /** An object. */
  Fields object(String name) {
    JsonNode value = required(name, "an object");
    if (!value.isObject()) {
      throw expected(name, "an object");
    }
    return new Fields(prefix + name + ".", value);
  }

  /** The objects in an object, by name, in order. */
  Map<String, Fields> members(String name) {
    var members = new LinkedHashMap<String, Fields>();
    Fields object = object(name);
    object.all.keySet().forEach(key -> members.put(key, object.object(key)));
    return members;
  }

  /** What nobody has taken, in order; may be added to. */
  Map<String, @Nullable Object> rest() {
    var rest = new LinkedHashMap<String, @Nullable Object>();
    all.forEach((name, value) -> {
      if (!taken.contains(name)) {
        rest.put(name, JsonValues.of(value));
      }
    });
    return rest;
  }

  /** The exception for a field that holds something else, or nothing. */
  InputException expected(String name, String what) {
    return new InputException(
        "'%s%s' is %s, expected %s"
            .formatted(prefix, name, has(name) ? "something else" : "missing", what));
  }

  private JsonNode required(String name, String what) {
    JsonNode value = take(name);
    if (value == null) {
      throw expected(name, what);
    }
    return value;
  }

  private Iterable<JsonNode> list(String name, String what) {
    JsonNode value = take(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw expected(name, what);
    }
    return value;
  }
}
