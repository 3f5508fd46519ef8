package io.vlm4j.text.jinja;

import io.vlm4j.io.InputException;
import io.vlm4j.text.jinja.Values.Function;
import io.vlm4j.text.jinja.Values.Namespace;
import io.vlm4j.text.jinja.Values.Undefined;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs statements. A name that is set within a loop or a macro is gone after it. */
final class Interpreter {
  private static final int LONGEST = 1 << 26;
  private static final int MOST_NUMBERS = 1 << 20;

  private Frame frame;
  private StringBuilder out = new StringBuilder();
  private final Evaluator evaluator = new Evaluator(this::lookUp);

  /** The names of one body. */
  private record Frame(Map<String, @Nullable Object> names, @Nullable Frame around) {}

  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  Interpreter(Map<String, ? extends @Nullable Object> values) {
    frame = new Frame(new HashMap<>(), null);
    frame.names.put("range", (Function) Interpreter::range);
    frame.names.put("namespace", (Function) (_, named) -> new Namespace(new HashMap<>(named)));
    frame.names.put("dict", (Function) (_, named) -> new LinkedHashMap<>(named));
    frame.names.put("raise_exception", (Function) Interpreter::refuse);
    frame.names.put("strftime_now", (Function) Interpreter::today);
    values.forEach((name, value) -> frame.names.put(name, Values.of(value)));
    frame = new Frame(new HashMap<>(), frame);
  }

  String run(List<Statement> body) {
    body(body);
    return out.toString();
  }

  private static Object refuse(
      List<@Nullable Object> inOrder, Map<String, @Nullable Object> named) {
    throw new InputException(
        "the template refuses: " + (inOrder.isEmpty() ? "" : Values.text(inOrder.getFirst())));
  }

  private static Object today(List<@Nullable Object> inOrder, Map<String, @Nullable Object> named) {
    if (inOrder.isEmpty()) {
      throw new InputException("strftime_now takes a format");
    }
    return Dates.format(Values.text(inOrder.getFirst()), LocalDateTime.now());
  }

  private static Object range(List<@Nullable Object> inOrder, Map<String, @Nullable Object> named) {
    long[] bounds = inOrder.stream().mapToLong(n -> n instanceof Long l ? l : 0).toArray();
    if (bounds.length == 0 || bounds.length > 3 || (bounds.length == 3 && bounds[2] == 0)) {
      throw new InputException("range takes one to three numbers");
    }
    long from = bounds.length == 1 ? 0 : bounds[0];
    long to = bounds.length == 1 ? bounds[0] : bounds[1];
    long step = bounds.length == 3 ? bounds[2] : 1;
    var numbers = new ArrayList<@Nullable Object>();
    for (long n = from; step > 0 ? n < to : n > to; n += step) {
      if (numbers.size() >= MOST_NUMBERS) {
        throw new InputException("a range of more than " + MOST_NUMBERS + " numbers");
      }
      numbers.add(n);
    }
    return numbers;
  }

  private @Nullable Object lookUp(String name) {
    for (Frame each = frame; each != null; each = each.around) {
      if (each.names.containsKey(name)) {
        return each.names.get(name);
      }
    }
    return new Undefined(name);
  }

  private Flow body(List<Statement> statements) {
    for (Statement statement : statements) {
      Flow flow = run(statement);
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow run(Statement statement) {
    switch (statement) {
      case Statement.Text(String text) -> write(text);
      case Statement.Output(Expression value) -> write(Values.text(evaluator.value(value)));
      case Statement.If(List<Statement.Branch> branches) -> {
        for (Statement.Branch branch : branches) {
          Expression condition = branch.condition();
          if (condition == null || Values.isTrue(evaluator.value(condition))) {
            return body(branch.body());
          }
        }
      }
      case Statement.For loop -> {
        return loop(loop);
      }
      case Statement.Assign(List<String> names, Expression value, int line) ->
          assign(frame, names, evaluator.value(value), line);
      case Statement.AssignAttribute set -> {
        if (!(lookUp(set.object()) instanceof Namespace(var attributes))) {
          throw Token.refused(set.line(), "'" + set.object() + "' is no namespace");
        }
        attributes.put(set.name(), evaluator.value(set.value()));
      }
      case Statement.AssignBlock(String name, List<Statement> inner) ->
          frame.names.put(name, captured(inner, new Frame(new HashMap<>(), frame)));
      case Statement.Macro macro -> frame.names.put(macro.name(), macro(macro, frame));
      case Statement.Break _ -> {
        return Flow.BREAK;
      }
      case Statement.Continue _ -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  private void write(String text) {
    if (out.length() + text.length() > LONGEST) {
      throw new InputException("the result is longer than " + LONGEST + " characters");
    }
    out.append(text);
  }

  private static void assign(Frame frame, List<String> names, @Nullable Object value, int line) {
    if (names.size() == 1) {
      frame.names.put(names.getFirst(), value);
      return;
    }
    if (!(value instanceof List<?> values) || values.size() != names.size()) {
      throw Token.refused(line, names.size() + " values are needed for " + names);
    }
    for (int i = 0; i < names.size(); i++) {
      frame.names.put(names.get(i), values.get(i));
    }
  }

  private Flow loop(Statement.For loop) {
    List<@Nullable Object> values = new ArrayList<>();
    Frame around = frame;
    for (Object value : evaluator.items(evaluator.value(loop.values()), loop.line())) {
      frame = new Frame(new HashMap<>(), around);
      assign(frame, loop.names(), value, loop.line());
      if (loop.condition() == null || Values.isTrue(evaluator.value(loop.condition()))) {
        values.add(value);
      }
    }
    frame = around;
    if (values.isEmpty()) {
      return body(loop.otherwise());
    }
    try {
      for (int i = 0; i < values.size(); i++) {
        frame = new Frame(new HashMap<>(), around);
        frame.names.put("loop", position(values, i));
        assign(frame, loop.names(), values.get(i), loop.line());
        if (body(loop.body()) == Flow.BREAK) {
          break;
        }
      }
    } finally {
      frame = around;
    }
    return Flow.ON;
  }

  private static Map<String, @Nullable Object> position(List<@Nullable Object> values, int i) {
    int count = values.size();
    var loop = new HashMap<String, @Nullable Object>();
    loop.put("index0", (long) i);
    loop.put("index", i + 1L);
    loop.put("revindex", (long) count - i);
    loop.put("revindex0", count - i - 1L);
    loop.put("first", i == 0);
    loop.put("last", i == count - 1);
    loop.put("length", (long) count);
    loop.put("previtem", i > 0 ? values.get(i - 1) : new Undefined("loop.previtem"));
    loop.put("nextitem", i + 1 < count ? values.get(i + 1) : new Undefined("loop.nextitem"));
    return loop;
  }

  private String captured(List<Statement> body, Frame within) {
    Frame before = frame;
    StringBuilder text = out;
    frame = within;
    out = new StringBuilder();
    try {
      body(body);
      return out.toString();
    } finally {
      frame = before;
      out = text;
    }
  }

  private Function macro(Statement.Macro macro, Frame defined) {
    return (inOrder, named) -> {
      var own = new Frame(new HashMap<>(), defined);
      if (inOrder.size() > macro.parameters().size()) {
        throw new InputException(
            "macro '%s' takes %d values, not %d"
                .formatted(macro.name(), macro.parameters().size(), inOrder.size()));
      }
      int at = 0;
      for (var parameter : macro.parameters().entrySet()) {
        String name = parameter.getKey();
        Expression usual = parameter.getValue();
        if (at < inOrder.size()) {
          own.names.put(name, inOrder.get(at));
        } else if (named.containsKey(name)) {
          own.names.put(name, named.get(name));
        } else {
          own.names.put(name, usual == null ? new Undefined(name) : evaluator.value(usual));
        }
        at++;
      }
      Collection<String> known = macro.parameters().keySet();
      named.keySet().stream()
          .filter(name -> !known.contains(name))
          .findFirst()
          .ifPresent(name -> {
            throw new InputException("macro '%s' has no '%s'".formatted(macro.name(), name));
          });
      return captured(macro.body(), own);
    };
  }
}
