package io.vlm4j.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What has a value. */
sealed interface Expression {
  record Constant(@Nullable Object value) implements Expression {}

  record Name(String name, int line) implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  record Dictionary(List<Expression> keys, List<Expression> values) implements Expression {}

  /** {@code not}, {@code -} or {@code +}. */
  record Unary(String operator, Expression operand, int line) implements Expression {}

  /** Arithmetic, {@code ~}, {@code and}, {@code or}. */
  record Binary(String operator, Expression left, Expression right, int line)
      implements Expression {}

  /** {@code a < b == c}: each neighbouring pair must hold. */
  record Comparison(Expression first, List<String> operators, List<Expression> others, int line)
      implements Expression {}

  /** {@code a if condition else b}. */
  record Choice(Expression condition, Expression yes, @Nullable Expression no)
      implements Expression {}

  /** {@code object.name}. */
  record Attribute(Expression object, String name, int line) implements Expression {}

  /** {@code object[key]}. */
  record Item(Expression object, Expression key, int line) implements Expression {}

  /** {@code object[from:to:step]}. */
  record Slice(
      Expression object,
      @Nullable Expression from,
      @Nullable Expression to,
      @Nullable Expression step,
      int line)
      implements Expression {}

  /** Arguments of a call, a filter or a test. */
  record Arguments(List<Expression> inOrder, Map<String, Expression> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());
  }

  record Call(Expression function, Arguments arguments, int line) implements Expression {}

  /** {@code value | name(arguments)}. */
  record Filter(Expression value, String name, Arguments arguments, int line)
      implements Expression {}

  /** {@code value is name}, or {@code is not}. */
  record Test(Expression value, String name, Arguments arguments, boolean negated, int line)
      implements Expression {}
}
