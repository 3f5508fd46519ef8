package io.vlm4j.text.jinja;

import io.vlm4j.text.jinja.Expression.Arguments;
import io.vlm4j.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From tokens to expressions, with Jinja's precedences: what binds looser calls what binds more.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

  private final List<Token> tokens;
  private int at;

  ExpressionParser(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return peek(0);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = peek();
    at++;
    return token;
  }

  boolean accept(Kind kind, String text) {
    if (peek().is(kind, text)) {
      at++;
      return true;
    }
    return false;
  }

  void expect(Kind kind, String text) {
    if (!accept(kind, text)) {
      throw peek().unexpected("'" + text + "' is needed here");
    }
  }

  Token expect(Kind kind) {
    if (peek().kind() != kind) {
      throw peek().unexpected("a name is needed here");
    }
    return next();
  }

  /** One expression, or several between commas: a list. */
  Expression tuple() {
    Expression first = expression();
    if (!peek().is(Kind.OPERATOR, ",")) {
      return first;
    }
    var items = new ArrayList<>(List.of(first));
    while (accept(Kind.OPERATOR, ",")) {
      if (peek().kind() == Kind.CLOSE || peek().is(Kind.OPERATOR, ")")) {
        break;
      }
      items.add(expression());
    }
    return new Expression.ListOf(items);
  }

  Expression expression() {
    Expression value = withoutChoice();
    while (accept(Kind.NAME, "if")) {
      Expression condition = withoutChoice();
      Expression no = accept(Kind.NAME, "else") ? expression() : null;
      value = new Expression.Choice(condition, value, no);
    }
    return value;
  }

  /** An expression that an {@code if} behind it is no part of. */
  Expression withoutChoice() {
    Expression left = and();
    while (peek().is(Kind.NAME, "or")) {
      int line = next().line();
      left = new Expression.Binary("or", left, and(), line);
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (peek().is(Kind.NAME, "and")) {
      int line = next().line();
      left = new Expression.Binary("and", left, not(), line);
    }
    return left;
  }

  private Expression not() {
    if (peek().is(Kind.NAME, "not")) {
      int line = next().line();
      return new Expression.Unary("not", not(), line);
    }
    return comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    int line = peek().line();
    var operators = new ArrayList<String>();
    var others = new ArrayList<Expression>();
    while (true) {
      Token token = peek();
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        operators.add(next().text());
      } else if (accept(Kind.NAME, "in")) {
        operators.add("in");
      } else if (token.is(Kind.NAME, "not") && peek(1).is(Kind.NAME, "in")) {
        at += 2;
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return others.isEmpty() ? first : new Expression.Comparison(first, operators, others, line);
  }

  private Expression sum() {
    Expression left = joined();
    while (peek().is(Kind.OPERATOR, "+") || peek().is(Kind.OPERATOR, "-")) {
      Token operator = next();
      left = new Expression.Binary(operator.text(), left, joined(), operator.line());
    }
    return left;
  }

  private Expression joined() {
    Expression left = product();
    while (peek().is(Kind.OPERATOR, "~")) {
      int line = next().line();
      left = new Expression.Binary("~", left, product(), line);
    }
    return left;
  }

  private Expression product() {
    Expression left = signed();
    while (peek().kind() == Kind.OPERATOR && Set.of("*", "/", "//", "%").contains(peek().text())) {
      Token operator = next();
      left = new Expression.Binary(operator.text(), left, signed(), operator.line());
    }
    return left;
  }

  /** A sign; filters and tests are of what is behind it. */
  private Expression signed() {
    return filtered(unfiltered());
  }

  private Expression unfiltered() {
    Token token = peek();
    if (token.is(Kind.OPERATOR, "-") || token.is(Kind.OPERATOR, "+")) {
      next();
      return new Expression.Unary(token.text(), unfiltered(), token.line());
    }
    Expression base = postfix(primary());
    if (accept(Kind.OPERATOR, "**")) {
      return new Expression.Binary("**", base, unfiltered(), token.line());
    }
    return base;
  }

  private Expression filtered(Expression value) {
    Expression result = value;
    while (true) {
      if (accept(Kind.OPERATOR, "|")) {
        Token name = expect(Kind.NAME);
        Arguments arguments = peek().is(Kind.OPERATOR, "(") ? arguments() : Arguments.NONE;
        result = new Expression.Filter(result, name.text(), arguments, name.line());
      } else if (accept(Kind.NAME, "is")) {
        result = test(result);
      } else {
        return result;
      }
    }
  }

  private Expression test(Expression value) {
    boolean negated = accept(Kind.NAME, "not");
    Token name = expect(Kind.NAME);
    Arguments arguments = Arguments.NONE;
    if (peek().is(Kind.OPERATOR, "(")) {
      arguments = arguments();
    } else if (Set.of("in", "eq", "equalto", "sameas", "divisibleby").contains(name.text())) {
      arguments = new Arguments(List.of(unfiltered()), Map.of());
    }
    return new Expression.Test(value, name.text(), arguments, negated, name.line());
  }

  private Expression postfix(Expression value) {
    Expression result = value;
    while (true) {
      Token token = peek();
      if (token.is(Kind.OPERATOR, ".")) {
        next();
        Token name = next();
        if (name.kind() == Kind.NUMBER) {
          result =
              new Expression.Item(
                  result, new Expression.Constant(Long.parseLong(name.text())), name.line());
        } else if (name.kind() == Kind.NAME) {
          result = new Expression.Attribute(result, name.text(), name.line());
        } else {
          throw name.unexpected("a name is needed here");
        }
      } else if (token.is(Kind.OPERATOR, "[")) {
        next();
        result = subscript(result, token.line());
      } else if (token.is(Kind.OPERATOR, "(")) {
        result = new Expression.Call(result, arguments(), token.line());
      } else {
        return result;
      }
    }
  }

  private Expression subscript(Expression object, int line) {
    Expression from = peek().is(Kind.OPERATOR, ":") ? null : expression();
    if (from != null && accept(Kind.OPERATOR, "]")) {
      return new Expression.Item(object, from, line);
    }
    expect(Kind.OPERATOR, ":");
    Expression to = bound();
    Expression step = accept(Kind.OPERATOR, ":") ? bound() : null;
    expect(Kind.OPERATOR, "]");
    return new Expression.Slice(object, from, to, step, line);
  }

  private @Nullable Expression bound() {
    return peek().is(Kind.OPERATOR, ":") || peek().is(Kind.OPERATOR, "]") ? null : expression();
  }

  private Arguments arguments() {
    var inOrder = new ArrayList<Expression>();
    var named = new LinkedHashMap<String, Expression>();
    expect(Kind.OPERATOR, "(");
    while (!accept(Kind.OPERATOR, ")")) {
      if (peek().kind() == Kind.NAME && peek(1).is(Kind.OPERATOR, "=")) {
        String name = next().text();
        next();
        named.put(name, expression());
      } else {
        inOrder.add(expression());
      }
      if (!peek().is(Kind.OPERATOR, ")")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return new Arguments(inOrder, named);
  }

  private Expression primary() {
    Token token = next();
    return switch (token.kind()) {
      case STRING -> {
        var text = new StringBuilder(token.text());
        while (peek().kind() == Kind.STRING) { // neighbours are one, as in Python
          text.append(next().text());
        }
        yield new Expression.Constant(text.toString());
      }
      case NUMBER ->
          token.text().contains(".")
              ? new Expression.Constant(Double.parseDouble(token.text()))
              : new Expression.Constant(Long.parseLong(token.text()));
      case NAME ->
          switch (token.text()) {
            case "true", "True" -> new Expression.Constant(true);
            case "false", "False" -> new Expression.Constant(false);
            case "none", "None" -> new Expression.Constant(null);
            default -> new Expression.Name(token.text(), token.line());
          };
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> {
              Expression inner =
                  peek().is(Kind.OPERATOR, ")") ? new Expression.ListOf(List.of()) : tuple();
              expect(Kind.OPERATOR, ")");
              yield inner;
            }
            case "[" -> new Expression.ListOf(items());
            case "{" -> dictionary();
            default -> throw token.unexpected("a value is needed here");
          };
      default -> throw token.unexpected("a value is needed here");
    };
  }

  private List<Expression> items() {
    var items = new ArrayList<Expression>();
    while (!accept(Kind.OPERATOR, "]")) {
      items.add(expression());
      if (!peek().is(Kind.OPERATOR, "]")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return items;
  }

  private Expression dictionary() {
    var keys = new ArrayList<Expression>();
    var values = new ArrayList<Expression>();
    while (!accept(Kind.OPERATOR, "}")) {
      keys.add(expression());
      expect(Kind.OPERATOR, ":");
      values.add(expression());
      if (!peek().is(Kind.OPERATOR, "}")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return new Expression.Dictionary(keys, values);
  }
}
