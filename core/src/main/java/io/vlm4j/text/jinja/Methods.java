package io.vlm4j.text.jinja;

import io.vlm4j.text.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Python's methods of strings, dictionaries and lists. */
final class Methods {
  private Methods() {}

  static @Nullable Object call(
      @Nullable Object object, String name, List<@Nullable Object> arguments, int line) {
    boolean needsOne = List.of("get", "index").contains(name) || object instanceof List<?>;
    if (needsOne && arguments.isEmpty()) {
      throw Token.refused(line, "'" + name + "' needs a value");
    }
    return switch (object) {
      case String text -> ofString(text, name, arguments, line);
      case Map<?, ?> map -> ofMap(map, name, arguments, line);
      case List<?> list when name.equals("index") -> (long) list.indexOf(arguments.getFirst());
      case List<?> list when name.equals("count") ->
          list.stream().filter(item -> Values.isEqual(item, arguments.getFirst())).count();
      case Undefined(String of) ->
          throw Token.refused(line, "'%s' is undefined and has no '%s'".formatted(of, name));
      case null, default -> throw unknown(object, name, line);
    };
  }

  private static RuntimeException unknown(@Nullable Object object, String name, int line) {
    return Token.refused(
        line, "the method '%s' of %s is not supported".formatted(name, Evaluator.kind(object)));
  }

  private static @Nullable Object ofMap(
      Map<?, ?> map, String name, List<@Nullable Object> arguments, int line) {
    return switch (name) {
      case "items" ->
          map.entrySet().stream()
              .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
              .collect(Collectors.toCollection(ArrayList::new));
      case "keys" -> new ArrayList<>(map.keySet());
      case "values" -> new ArrayList<>(map.values());
      case "get" ->
          map.containsKey(arguments.getFirst())
              ? map.get(arguments.getFirst())
              : arguments.size() > 1 ? arguments.get(1) : null;
      default -> throw unknown(map, name, line);
    };
  }

  private static Object ofString(
      String text, String name, List<@Nullable Object> arguments, int line) {
    boolean needsOne = List.of("startswith", "endswith", "find", "count", "join").contains(name);
    if (arguments.size() < (name.equals("replace") ? 2 : needsOne ? 1 : 0)) {
      throw Token.refused(line, "'" + name + "' needs more values");
    }
    String first = arguments.isEmpty() ? "" : Values.text(arguments.getFirst());
    boolean hasNone = arguments.isEmpty() || arguments.getFirst() == null;
    return switch (name) {
      case "strip" -> stripped(text, hasNone ? null : first, true, true);
      case "lstrip" -> stripped(text, hasNone ? null : first, true, false);
      case "rstrip" -> stripped(text, hasNone ? null : first, false, true);
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "title" -> Filters.title(text);
      case "capitalize" -> Filters.capitalized(text);
      case "startswith" -> affixes(arguments).anyMatch(text::startsWith);
      case "endswith" -> affixes(arguments).anyMatch(text::endsWith);
      case "replace" -> text.replace(first, Values.text(arguments.get(1)));
      case "find" -> (long) text.indexOf(first);
      case "count" -> (long) text.split(Pattern.quote(first), -1).length - 1;
      case "join" ->
          Filters.list(arguments.getFirst(), line).stream()
              .map(Values::text)
              .collect(Collectors.joining(text));
      case "split" -> split(text, hasNone ? null : first, most(arguments), false);
      case "rsplit" -> split(text, hasNone ? null : first, most(arguments), true);
      case "splitlines" -> new ArrayList<>(text.lines().toList());
      default -> throw unknown(text, name, line);
    };
  }

  private static Stream<String> affixes(List<@Nullable Object> arguments) {
    return arguments.getFirst() instanceof List<?> several
        ? several.stream().map(Values::text)
        : Stream.of(Values.text(arguments.getFirst()));
  }

  private static long most(List<@Nullable Object> arguments) {
    return arguments.size() > 1 && arguments.get(1) instanceof Long number ? number : -1;
  }

  static String stripped(String text, @Nullable String signs, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && goes(text.charAt(from), signs)) {
      from++;
    }
    while (right && to > from && goes(text.charAt(to - 1), signs)) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean goes(char c, @Nullable String signs) {
    return signs == null
        ? Character.isWhitespace(c) || Character.isSpaceChar(c)
        : signs.indexOf(c) >= 0;
  }

  /** At most {@code most} cuts, from the left or the right; all if negative. */
  private static List<String> split(
      String text, @Nullable String at, long most, boolean fromRight) {
    if (at == null) {
      String rest = stripped(text, null, true, true);
      return new ArrayList<>(
          rest.isEmpty() ? List.of() : List.of(rest.split("\\s+", most < 0 ? 0 : (int) most + 1)));
    }
    var parts = new ArrayList<String>();
    String rest = text;
    for (long cuts = 0; most < 0 || cuts < most; cuts++) {
      int place = fromRight ? rest.lastIndexOf(at) : rest.indexOf(at);
      if (place < 0) {
        break;
      }
      if (fromRight) {
        parts.addFirst(rest.substring(place + at.length()));
        rest = rest.substring(0, place);
      } else {
        parts.add(rest.substring(0, place));
        rest = rest.substring(place + at.length());
      }
    }
    if (fromRight) {
      parts.addFirst(rest);
    } else {
      parts.add(rest);
    }
    return parts;
  }
}
