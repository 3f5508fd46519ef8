package io.vlm4j.text.jinja;

import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A part of a template's body. */
sealed interface Statement {
  record Text(String text) implements Statement {}

  record Output(Expression value) implements Statement {}

  /** The first branch whose condition holds; that of {@code else} has none. */
  record If(List<Branch> branches) implements Statement {}

  record Branch(@Nullable Expression condition, List<Statement> body) {}

  /** {@code for names in values if condition}. */
  record For(
      List<String> names,
      Expression values,
      @Nullable Expression condition,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  /** {@code set a, b = value}. */
  record Assign(List<String> names, Expression value, int line) implements Statement {}

  /** {@code set a.b = value}. */
  record AssignAttribute(String object, String name, Expression value, int line)
      implements Statement {}

  /** {@code set name} with a body. */
  record AssignBlock(String name, List<Statement> body) implements Statement {}

  /** Parameters by name; null for those without a default. */
  record Macro(
      String name, SequencedMap<String, @Nullable Expression> parameters, List<Statement> body)
      implements Statement {}

  record Break() implements Statement {}

  record Continue() implements Statement {}
}
