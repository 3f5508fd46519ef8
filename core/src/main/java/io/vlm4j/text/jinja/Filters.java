package io.vlm4j.text.jinja;

import io.vlm4j.text.jinja.Values.Function;
import io.vlm4j.text.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What stands behind {@code |} and {@code is}. */
final class Filters {
  private Filters() {}

  /** The result of a filter. */
  static @Nullable Object apply(
      String name,
      @Nullable Object value,
      List<@Nullable Object> arguments,
      Map<String, @Nullable Object> named,
      int line) {
    return switch (name) {
      case "trim" -> Methods.stripped(Values.text(value), null, true, true);
      case "upper" -> Values.text(value).toUpperCase(Locale.ROOT);
      case "lower" -> Values.text(value).toLowerCase(Locale.ROOT);
      case "title" -> title(Values.text(value));
      case "capitalize" -> capitalized(Values.text(value));
      case "string", "safe" -> Values.text(value);
      case "replace" ->
          Values.text(value).replace(text(arguments, 0, line), text(arguments, 1, line));
      case "length", "count" -> length(value, line);
      case "default", "d" -> {
        boolean alsoFalse =
            arguments.size() > 1 && Values.isTrue(arguments.get(1))
                || Values.isTrue(named.get("boolean"));
        boolean isAbsent = value instanceof Undefined || (alsoFalse && !Values.isTrue(value));
        yield isAbsent ? (arguments.isEmpty() ? "" : arguments.getFirst()) : value;
      }
      case "tojson" -> json(value, arguments, named, line);
      case "list" -> list(value, line);
      case "items" ->
          value instanceof Undefined ? List.of() : Methods.call(value, name, arguments, line);
      case "first" -> end(list(value, line), 0);
      case "last" -> end(list(value, line), -1);
      case "reverse" -> {
        if (value instanceof String text) {
          yield new StringBuilder(text).reverse().toString();
        }
        List<@Nullable Object> reversed = list(value, line);
        Collections.reverse(reversed);
        yield reversed;
      }
      case "join" ->
          list(value, line).stream()
              .map(Values::text)
              .collect(Collectors.joining(arguments.isEmpty() ? "" : text(arguments, 0, line)));
      case "unique" -> {
        var kept = new ArrayList<@Nullable Object>();
        list(value, line).stream()
            .filter(item -> !Evaluator.contains(kept, item, line))
            .forEach(kept::add);
        yield kept;
      }
      case "sort" -> {
        List<@Nullable Object> sorted = list(value, line);
        sorted.sort((a, b) -> Evaluator.order(a, b, line));
        yield sorted;
      }
      case "dictsort" -> {
        List<@Nullable Object> pairs = list(Methods.call(value, "items", List.of(), line), line);
        pairs.sort((a, b) -> Evaluator.order(((List<?>) a).get(0), ((List<?>) b).get(0), line));
        yield pairs;
      }
      case "map" -> mapped(value, arguments, named, line);
      case "select", "reject", "selectattr", "rejectattr" -> selected(name, value, arguments, line);
      case "int" -> whole(value);
      case "float" -> decimal(value);
      case "abs" ->
          value instanceof Long n ? (Object) Math.abs(n) : (Object) Math.abs(decimal(value));
      case "indent" -> indented(value, arguments, named, line);
      default -> throw Token.refused(line, "the filter '" + name + "' is not supported");
    };
  }

  /** Whether a test holds. */
  static boolean test(
      String name, @Nullable Object value, List<@Nullable Object> arguments, int line) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "number" -> value instanceof Long || value instanceof Double || value instanceof Boolean;
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "mapping" -> value instanceof Map<?, ?>;
      case "sequence", "iterable" ->
          value instanceof Collection<?> || value instanceof Map<?, ?> || value instanceof String;
      case "callable" -> value instanceof Function;
      case "even" -> value instanceof Long n && n % 2 == 0;
      case "odd" -> value instanceof Long n && n % 2 != 0;
      case "lower" -> Values.text(value).equals(Values.text(value).toLowerCase(Locale.ROOT));
      case "upper" -> Values.text(value).equals(Values.text(value).toUpperCase(Locale.ROOT));
      case "in" -> Evaluator.contains(argument(arguments, 0, line), value, line);
      case "eq", "equalto", "sameas" -> Values.isEqual(value, argument(arguments, 0, line));
      case "ne" -> !Values.isEqual(value, argument(arguments, 0, line));
      case "divisibleby" ->
          value instanceof Long n && argument(arguments, 0, line) instanceof Long by && n % by == 0;
      default -> throw Token.refused(line, "the test '" + name + "' is not supported");
    };
  }

  private static @Nullable Object argument(List<@Nullable Object> arguments, int at, int line) {
    if (arguments.size() <= at) {
      throw Token.refused(line, "a value is missing between brackets");
    }
    return arguments.get(at);
  }

  private static String text(List<@Nullable Object> arguments, int at, int line) {
    return Values.text(argument(arguments, at, line));
  }

  static List<@Nullable Object> list(@Nullable Object value, int line) {
    return switch (value) {
      case Collection<?> many -> new ArrayList<@Nullable Object>(many);
      case Map<?, ?> map -> new ArrayList<@Nullable Object>(map.keySet());
      case String text ->
          new ArrayList<@Nullable Object>(text.codePoints().mapToObj(Character::toString).toList());
      case Undefined _ -> new ArrayList<>();
      case null, default -> throw Token.refused(line, Evaluator.kind(value) + " is no list");
    };
  }

  private static @Nullable Object end(List<@Nullable Object> items, int place) {
    return items.isEmpty()
        ? new Undefined("first or last")
        : place == 0 ? items.getFirst() : items.getLast();
  }

  private static long length(@Nullable Object value, int line) {
    return value instanceof String text
        ? text.codePointCount(0, text.length())
        : list(value, line).size();
  }

  private static String json(
      @Nullable Object value,
      List<@Nullable Object> arguments,
      Map<String, @Nullable Object> named,
      int line) {
    Object indent = arguments.isEmpty() ? named.get("indent") : arguments.getFirst();
    if (value instanceof Undefined(String name)) {
      throw Token.refused(line, "'" + name + "' is undefined and has no JSON");
    }
    return Values.json(value, indent instanceof Long spaces ? spaces.intValue() : 0, 0);
  }

  private static List<@Nullable Object> mapped(
      @Nullable Object value,
      List<@Nullable Object> arguments,
      Map<String, @Nullable Object> named,
      int line) {
    var results = new ArrayList<@Nullable Object>();
    for (Object item : list(value, line)) {
      if (named.containsKey("attribute")) {
        Object found = attribute(item, Values.text(named.get("attribute")));
        results.add(
            found instanceof Undefined && named.containsKey("default")
                ? named.get("default")
                : found);
      } else {
        String name = text(arguments, 0, line);
        results.add(apply(name, item, arguments.subList(1, arguments.size()), named, line));
      }
    }
    return results;
  }

  private static @Nullable Object attribute(@Nullable Object item, String name) {
    return item instanceof Map<?, ?> map && map.containsKey(name)
        ? map.get(name)
        : new Undefined(name);
  }

  private static List<@Nullable Object> selected(
      String name, @Nullable Object value, List<@Nullable Object> arguments, int line) {
    boolean byAttribute = name.endsWith("attr");
    boolean wanted = name.startsWith("select");
    int first = byAttribute ? 1 : 0;
    var kept = new ArrayList<@Nullable Object>();
    for (Object item : list(value, line)) {
      Object seen = byAttribute ? attribute(item, text(arguments, 0, line)) : item;
      boolean holds =
          arguments.size() > first
              ? test(
                  alias(text(arguments, first, line)),
                  seen,
                  arguments.subList(first + 1, arguments.size()),
                  line)
              : Values.isTrue(seen);
      if (holds == wanted) {
        kept.add(item);
      }
    }
    return kept;
  }

  private static String alias(String test) {
    return test.equals("==") ? "eq" : test.equals("!=") ? "ne" : test;
  }

  private static long whole(@Nullable Object value) {
    try {
      return value instanceof String text ? Long.parseLong(text.strip()) : (long) decimal(value);
    } catch (NumberFormatException _) {
      return (long) decimal(value);
    }
  }

  private static double decimal(@Nullable Object value) {
    Double number = Values.number(value);
    if (number != null) {
      return number;
    }
    try {
      return value instanceof String text ? Double.parseDouble(text.strip()) : 0;
    } catch (NumberFormatException _) {
      return 0; // as Jinja has it
    }
  }

  private static String indented(
      @Nullable Object value,
      List<@Nullable Object> arguments,
      Map<String, @Nullable Object> named,
      int line) {
    Object width = arguments.isEmpty() ? named.getOrDefault("width", 4L) : arguments.getFirst();
    if (!(width instanceof Long spaces) || arguments.size() > 1) {
      throw Token.refused(line, "the filter 'indent' is supported with a width alone");
    }
    String indent = " ".repeat(Math.toIntExact(spaces));
    String[] lines = Values.text(value).split("\n", -1);
    for (int i = 1; i < lines.length; i++) {
      lines[i] = lines[i].isEmpty() ? "" : indent + lines[i];
    }
    return String.join("\n", lines);
  }

  static String capitalized(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT)
            + text.substring(1).toLowerCase(Locale.ROOT);
  }

  static String title(String text) {
    return Arrays.stream(text.split("(?<=[^\\p{L}\\p{N}'])", -1))
        .map(Filters::capitalized)
        .collect(Collectors.joining());
  }
}
