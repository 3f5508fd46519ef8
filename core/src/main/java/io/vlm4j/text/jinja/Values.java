package io.vlm4j.text.jinja;

import io.vlm4j.io.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What Python says of values: truth, equality, their text. */
final class Values {
  private Values() {}

  /** A name or a key that has no value; it prints as nothing and counts as false. */
  record Undefined(String name) {}

  /** What {@code namespace()} makes: attributes that may be set from within loops. */
  record Namespace(Map<String, @Nullable Object> attributes) {}

  /** What can be called. */
  @FunctionalInterface
  interface Function {
    @Nullable Object call(List<@Nullable Object> inOrder, Map<String, @Nullable Object> named);
  }

  static boolean isTrue(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Undefined _ -> false;
      case Boolean b -> b;
      case Long n -> n != 0;
      case Double d -> d != 0;
      case String s -> !s.isEmpty();
      case Collection<?> c -> !c.isEmpty();
      case Map<?, ?> m -> !m.isEmpty();
      default -> true;
    };
  }

  static boolean isEqual(@Nullable Object a, @Nullable Object b) {
    Double x = number(a);
    Double y = number(b);
    if (x != null && y != null) {
      return a instanceof Long && b instanceof Long ? a.equals(b) : x.equals(y);
    }
    if (a instanceof Undefined || b instanceof Undefined) {
      return a instanceof Undefined && b instanceof Undefined;
    }
    return a == null ? b == null : a.equals(b);
  }

  /** The number that a value is; truth values are 0 and 1. Null if it is none. */
  static @Nullable Double number(@Nullable Object value) {
    return switch (value) {
      case Long n -> (double) n;
      case Double d -> d;
      case Boolean b -> b ? 1.0 : 0.0;
      case null, default -> null;
    };
  }

  /** Java's values as this interpreter holds them. */
  static @Nullable Object of(@Nullable Object value) {
    return switch (value) {
      case Integer n -> (long) n;
      case Float f -> (double) f;
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<@Nullable Object, @Nullable Object>();
        map.forEach((key, inner) -> copy.put(key, of(inner)));
        yield copy;
      }
      case Collection<?> list -> {
        var copy = new ArrayList<@Nullable Object>();
        list.forEach(inner -> copy.add(of(inner)));
        yield copy;
      }
      case null -> null;
      default -> value;
    };
  }

  /** As {@code str} prints a value. */
  static String text(@Nullable Object value) {
    return switch (value) {
      case String s -> s;
      case Undefined _ -> "";
      case null, default -> inner(value);
    };
  }

  /** As {@code repr} prints a value: within lists and dictionaries. */
  private static String inner(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean b -> b ? "True" : "False";
      case Double d -> decimal(d);
      case String s -> quoted(s);
      case Collection<?> list ->
          list.stream().map(Values::inner).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> inner(entry.getKey()) + ": " + inner(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> String.valueOf(value);
    };
  }

  private static String quoted(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    var result = new StringBuilder().append(quote);
    for (char c : text.toCharArray()) {
      switch (c) {
        case '\n' -> result.append("\\n");
        case '\t' -> result.append("\\t");
        case '\r' -> result.append("\\r");
        case '\\' -> result.append("\\\\");
        default -> result.append(c == quote ? "\\" + c : String.valueOf(c));
      }
    }
    return result.append(quote).toString();
  }

  private static String decimal(double d) {
    return d == Math.rint(d) && Math.abs(d) < 1e16
        ? String.format(Locale.ROOT, "%.1f", d)
        : Double.toString(d);
  }

  /** As {@code json.dumps} without escaping what is not ASCII; {@code indent} 0 for one line. */
  static String json(@Nullable Object value, int indent, int depth) {
    return switch (value) {
      case null -> "null";
      case Boolean b -> String.valueOf(b);
      case Long n -> String.valueOf(n);
      case Double d -> decimal(d);
      case String s -> Json.toLine(s);
      case Collection<?> list ->
          bracketed(
              list.stream().map(inner -> json(inner, indent, depth + 1)).toList(),
              "[]",
              indent,
              depth);
      case Map<?, ?> map ->
          bracketed(
              map.entrySet().stream()
                  .map(entry ->
                      Json.toLine(text(entry.getKey()))
                          + ": "
                          + json(entry.getValue(), indent, depth + 1))
                  .toList(),
              "{}",
              indent,
              depth);
      default -> throw new IllegalArgumentException("no JSON of " + value);
    };
  }

  private static String bracketed(List<String> parts, String brackets, int indent, int depth) {
    if (parts.isEmpty()) {
      return brackets;
    }
    String outer = indent == 0 ? "" : "\n" + " ".repeat(indent * depth);
    String inner = indent == 0 ? "" : "\n" + " ".repeat(indent * (depth + 1));
    String between = indent == 0 ? ", " : "," + inner;
    return parts.stream()
        .collect(
            Collectors.joining(between, brackets.charAt(0) + inner, outer + brackets.charAt(1)));
  }
}
