package io.vlm4j.text.jinja;

import io.vlm4j.io.InputException;
import io.vlm4j.text.jinja.Expression.Arguments;
import io.vlm4j.text.jinja.Values.Function;
import io.vlm4j.text.jinja.Values.Namespace;
import io.vlm4j.text.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Values of expressions. */
final class Evaluator {
  private final java.util.function.Function<String, @Nullable Object> names;

  /** With the values of names. */
  Evaluator(java.util.function.Function<String, @Nullable Object> names) {
    this.names = names;
  }

  @Nullable Object value(Expression expression) {
    return switch (expression) {
      case Expression.Constant(Object constant) -> constant;
      case Expression.Name(String name, int _) -> names.apply(name);
      case Expression.ListOf(List<Expression> items) -> values(items);
      case Expression.Dictionary(List<Expression> keys, List<Expression> values) -> {
        var map = new LinkedHashMap<@Nullable Object, @Nullable Object>();
        for (int i = 0; i < keys.size(); i++) {
          map.put(value(keys.get(i)), value(values.get(i)));
        }
        yield map;
      }
      case Expression.Unary unary -> unary(unary);
      case Expression.Binary binary -> binary(binary);
      case Expression.Comparison comparison -> comparison(comparison);
      case Expression.Choice(Expression condition, Expression yes, Expression no) ->
          Values.isTrue(value(condition))
              ? value(yes)
              : no == null ? new Undefined("else") : value(no);
      case Expression.Attribute(Expression object, String name, int line) ->
          attribute(value(object), name, line);
      case Expression.Item(Expression object, Expression key, int line) ->
          item(value(object), value(key), line);
      case Expression.Slice slice -> slice(slice);
      case Expression.Call(Expression function, Arguments arguments, int line) ->
          call(function, values(arguments.inOrder()), values(arguments.named()), line);
      case Expression.Filter(Expression of, String name, Arguments arguments, int line) ->
          Filters.apply(
              name, value(of), values(arguments.inOrder()), values(arguments.named()), line);
      case Expression.Test(
              Expression of,
              String name,
              Arguments arguments,
              boolean not,
              int line) ->
          Filters.test(name, value(of), values(arguments.inOrder()), line) != not;
    };
  }

  private List<@Nullable Object> values(List<Expression> expressions) {
    var values = new ArrayList<@Nullable Object>();
    expressions.forEach(expression -> values.add(value(expression)));
    return values;
  }

  private Map<String, @Nullable Object> values(Map<String, Expression> expressions) {
    var values = new LinkedHashMap<String, @Nullable Object>();
    expressions.forEach((name, expression) -> values.put(name, value(expression)));
    return values;
  }

  /** What a loop goes through: of a map its keys, of a string its characters. */
  List<@Nullable Object> items(@Nullable Object value, int line) {
    return switch (value) {
      case Collection<?> list -> new ArrayList<@Nullable Object>(list);
      case Map<?, ?> map -> new ArrayList<@Nullable Object>(map.keySet());
      case String text ->
          new ArrayList<@Nullable Object>(text.codePoints().mapToObj(Character::toString).toList());
      case Undefined _ -> List.of();
      case null, default ->
          throw Token.refused(line, Values.text(value) + " is nothing to go through");
    };
  }

  private @Nullable Object unary(Expression.Unary unary) {
    Object value = value(unary.operand());
    return switch (unary.operator()) {
      case "not" -> !Values.isTrue(value);
      case "-" ->
          switch (value) {
            case Long n -> -n;
            case Double d -> -d;
            case null, default -> throw Token.refused(unary.line(), "'-' needs a number");
          };
      default -> value;
    };
  }

  private @Nullable Object binary(Expression.Binary binary) {
    Object left = value(binary.left());
    switch (binary.operator()) {
      case "and" -> {
        return Values.isTrue(left) ? value(binary.right()) : left;
      }
      case "or" -> {
        return Values.isTrue(left) ? left : value(binary.right());
      }
      default -> {}
    }
    Object right = value(binary.right());
    return switch (binary.operator()) {
      case "~" -> Values.text(left) + Values.text(right);
      case "+" ->
          switch (left) {
            case String a when right instanceof String b -> a + b;
            case List<?> a when right instanceof List<?> b -> {
              var both = new ArrayList<@Nullable Object>(a);
              both.addAll(b);
              yield both;
            }
            case null, default -> arithmetic(binary, left, right);
          };
      case "*" ->
          left instanceof String text && right instanceof Long times
              ? text.repeat(Math.toIntExact(Math.max(0, times)))
              : arithmetic(binary, left, right);
      default -> arithmetic(binary, left, right);
    };
  }

  private static Object arithmetic(
      Expression.Binary binary, @Nullable Object left, @Nullable Object right) {
    Double a = Values.number(left);
    Double b = Values.number(right);
    if (a == null || b == null) {
      throw Token.refused(
          binary.line(),
          "'%s' between %s and %s is not supported"
              .formatted(binary.operator(), kind(left), kind(right)));
    }
    boolean isWhole = !(left instanceof Double) && !(right instanceof Double);
    if (b == 0 && "/%//".contains(binary.operator())) {
      throw Token.refused(binary.line(), "a division by zero");
    }
    double result =
        switch (binary.operator()) {
          case "+" -> a + b;
          case "-" -> a - b;
          case "*" -> a * b;
          case "/" -> a / b;
          case "//" -> Math.floor(a / b);
          case "%" -> a - b * Math.floor(a / b);
          default -> Math.pow(a, b);
        };
    return isWhole && !binary.operator().equals("/") ? (Object) (long) result : (Object) result;
  }

  static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "none";
      case Undefined(String name) -> "'" + name + "', which is undefined,";
      case String _ -> "a string";
      case Long _, Double _ -> "a number";
      case Boolean _ -> "a truth value";
      case Map<?, ?> _ -> "a mapping";
      case Collection<?> _ -> "a list";
      default -> "something else";
    };
  }

  private boolean comparison(Expression.Comparison comparison) {
    Object left = value(comparison.first());
    for (int i = 0; i < comparison.operators().size(); i++) {
      Object right = value(comparison.others().get(i));
      if (!holds(comparison.operators().get(i), left, right, comparison.line())) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static boolean holds(
      String operator, @Nullable Object left, @Nullable Object right, int line) {
    return switch (operator) {
      case "==" -> Values.isEqual(left, right);
      case "!=" -> !Values.isEqual(left, right);
      case "in" -> contains(right, left, line);
      case "not in" -> !contains(right, left, line);
      default -> {
        int order = order(left, right, line);
        yield switch (operator) {
          case "<" -> order < 0;
          case ">" -> order > 0;
          case "<=" -> order <= 0;
          default -> order >= 0;
        };
      }
    };
  }

  static int order(@Nullable Object left, @Nullable Object right, int line) {
    Double a = Values.number(left);
    Double b = Values.number(right);
    if (a != null && b != null) {
      return Double.compare(a, b);
    }
    if (left instanceof String x && right instanceof String y) {
      return x.compareTo(y);
    }
    throw Token.refused(line, kind(left) + " and " + kind(right) + " have no order");
  }

  static boolean contains(@Nullable Object whole, @Nullable Object part, int line) {
    return switch (whole) {
      case String text when part instanceof String inner -> text.contains(inner);
      case Map<?, ?> map -> map.containsKey(part);
      case Collection<?> list -> list.stream().anyMatch(item -> Values.isEqual(item, part));
      case Undefined _ -> false;
      case null, default ->
          throw Token.refused(line, kind(part) + " cannot be looked for in " + kind(whole));
    };
  }

  private @Nullable Object attribute(@Nullable Object object, String name, int line) {
    return switch (object) {
      case Map<?, ?> map -> map.containsKey(name) ? map.get(name) : new Undefined(name);
      case Namespace(var attributes) ->
          attributes.containsKey(name) ? attributes.get(name) : new Undefined(name);
      case Undefined(String of) ->
          throw Token.refused(line, "'%s' is undefined and has no '%s'".formatted(of, name));
      case null, default -> new Undefined(name);
    };
  }

  private @Nullable Object item(@Nullable Object object, @Nullable Object key, int line) {
    if (object instanceof String || object instanceof List<?>) {
      if (!(key instanceof Long index)) {
        throw Token.refused(line, kind(object) + " has no item " + Values.text(key));
      }
      List<@Nullable Object> items = items(object, line);
      long at = index < 0 ? index + items.size() : index;
      return at >= 0 && at < items.size() ? items.get((int) at) : new Undefined(Values.text(key));
    }
    if (object instanceof Map<?, ?> map && !(key instanceof String)) {
      return map.containsKey(key) ? map.get(key) : new Undefined(Values.text(key));
    }
    return attribute(object, Values.text(key), line);
  }

  private Object slice(Expression.Slice slice) {
    Object object = value(slice.object());
    List<@Nullable Object> items = items(object, slice.line());
    long step = slice.step() == null ? 1 : whole(slice.step(), slice.line());
    if (step == 0) {
      throw Token.refused(slice.line(), "a slice with steps of 0");
    }
    long size = items.size();
    long from = bound(slice.from(), step > 0 ? 0 : size - 1, size, step, slice.line());
    long to = bound(slice.to(), step > 0 ? size : -1, size, step, slice.line());
    var part = new ArrayList<@Nullable Object>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      part.add(items.get((int) i));
    }
    if (object instanceof String) {
      var text = new StringBuilder();
      part.forEach(text::append);
      return text.toString();
    }
    return part;
  }

  private long bound(@Nullable Expression given, long absent, long size, long step, int line) {
    if (given == null || value(given) == null) {
      return absent;
    }
    long at = whole(given, line);
    at = at < 0 ? at + size : at;
    return step > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1);
  }

  private long whole(Expression expression, int line) {
    if (value(expression) instanceof Long number) {
      return number;
    }
    throw Token.refused(line, "a slice needs whole numbers");
  }

  private @Nullable Object call(
      Expression function,
      List<@Nullable Object> inOrder,
      Map<String, @Nullable Object> named,
      int line) {
    if (function instanceof Expression.Attribute(Expression of, String name, int _)) {
      Object object = value(of);
      boolean isOwn =
          object instanceof Map<?, ?> map && map.get(name) instanceof Function
              || object instanceof Namespace;
      if (!isOwn) {
        return Methods.call(object, name, inOrder, line);
      }
    }
    Object called = value(function);
    if (!(called instanceof Function callable)) {
      throw Token.refused(line, kind(called) + " cannot be called");
    }
    try {
      return callable.call(inOrder, named);
    } catch (InputException e) {
      String message = Objects.requireNonNull(e.getMessage());
      throw message.startsWith("line ") ? e : Token.refused(line, message);
    }
  }
}
