package io.vlm4j.text.jinja;

import io.vlm4j.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From tokens to statements. */
final class Parser {
  private static final Set<String> ENDS =
      Set.of("elif", "else", "endif", "endfor", "endset", "endmacro", "endgeneration");

  private final ExpressionParser in;

  private Parser(List<Token> tokens) {
    in = new ExpressionParser(tokens);
  }

  static List<Statement> parse(String source) {
    var parser = new Parser(Lexer.cut(source));
    List<Statement> body = parser.body();
    if (parser.in.peek().kind() != Kind.END) {
      throw parser.in.peek(1).unexpected("nothing is open that this could belong to");
    }
    return body;
  }

  /** Up to a tag that ends or divides the body, of which the opening is not read. */
  private List<Statement> body() {
    var body = new ArrayList<Statement>();
    while (true) {
      Token token = in.peek();
      switch (token.kind()) {
        case TEXT -> body.add(new Statement.Text(in.next().text()));
        case OPEN_OUTPUT -> {
          in.next();
          body.add(new Statement.Output(in.expression()));
          in.expect(Kind.CLOSE, "}}");
        }
        case OPEN_TAG -> {
          if (ENDS.contains(in.peek(1).text())) {
            return body;
          }
          in.next();
          statement(body);
        }
        default -> {
          return body;
        }
      }
    }
  }

  private void statement(List<Statement> body) {
    Token tag = in.next();
    switch (tag.text()) {
      case "if" -> body.add(branches());
      case "for" -> body.add(loop(tag));
      case "set" -> body.add(assignment(tag));
      case "macro" -> body.add(macro());
      case "break" -> {
        close();
        body.add(new Statement.Break());
      }
      case "continue" -> {
        close();
        body.add(new Statement.Continue());
      }
      case "generation" -> { // marks what an assistant says, for training on it
        close();
        body.addAll(body());
        end("endgeneration", tag);
      }
      default ->
          throw tag.unexpected(
              "this tag is not supported, only if, for, set, macro, break, continue, generation");
    }
  }

  private void close() {
    in.expect(Kind.CLOSE, "%}");
  }

  private void end(String name, Token opening) {
    in.next();
    Token token = in.next();
    if (!token.text().equals(name)) {
      throw token.unexpected(
          "'%s' of line %d needs '%s'".formatted(opening.text(), opening.line(), name));
    }
    close();
  }

  /** Whether the next tag has that name; if so, it is read up to its name. */
  private boolean comes(String name) {
    if (in.peek().kind() == Kind.OPEN_TAG && in.peek(1).is(Kind.NAME, name)) {
      in.next();
      in.next();
      return true;
    }
    return false;
  }

  private Statement branches() {
    Token opening = in.peek();
    var branches = new ArrayList<Statement.Branch>();
    Expression condition = in.expression();
    close();
    branches.add(new Statement.Branch(condition, body()));
    while (comes("elif")) {
      condition = in.expression();
      close();
      branches.add(new Statement.Branch(condition, body()));
    }
    if (comes("else")) {
      close();
      branches.add(new Statement.Branch(null, body()));
    }
    end("endif", new Token(Kind.NAME, "if", opening.line()));
    return new Statement.If(branches);
  }

  private Statement loop(Token tag) {
    List<String> names = names();
    if (!in.next().is(Kind.NAME, "in")) {
      throw tag.unexpected("'for NAME in VALUES' is needed");
    }
    Expression values = in.withoutChoice();
    Expression condition = in.accept(Kind.NAME, "if") ? in.expression() : null;
    if (in.peek().is(Kind.NAME, "recursive")) {
      throw in.peek().unexpected("loops that call themselves are not supported");
    }
    close();
    List<Statement> body = body();
    List<Statement> otherwise = List.of();
    if (comes("else")) {
      close();
      otherwise = body();
    }
    end("endfor", tag);
    return new Statement.For(names, values, condition, body, otherwise, tag.line());
  }

  private List<String> names() {
    boolean inBrackets = in.accept(Kind.OPERATOR, "(");
    var names = new ArrayList<String>();
    do {
      names.add(in.expect(Kind.NAME).text());
    } while (in.accept(Kind.OPERATOR, ","));
    if (inBrackets) {
      in.expect(Kind.OPERATOR, ")");
    }
    return names;
  }

  private Statement assignment(Token tag) {
    List<String> names = names();
    if (names.size() == 1 && in.accept(Kind.OPERATOR, ".")) {
      String attribute = in.expect(Kind.NAME).text();
      in.expect(Kind.OPERATOR, "=");
      Expression value = in.tuple();
      close();
      return new Statement.AssignAttribute(names.getFirst(), attribute, value, tag.line());
    }
    if (in.accept(Kind.OPERATOR, "=")) {
      Expression value = in.tuple();
      close();
      return new Statement.Assign(names, value, tag.line());
    }
    close();
    List<Statement> body = body();
    end("endset", tag);
    return new Statement.AssignBlock(names.getFirst(), body);
  }

  private Statement macro() {
    Token name = in.expect(Kind.NAME);
    SequencedMap<String, @Nullable Expression> parameters = new LinkedHashMap<>();
    in.expect(Kind.OPERATOR, "(");
    while (!in.accept(Kind.OPERATOR, ")")) {
      String parameter = in.expect(Kind.NAME).text();
      parameters.put(parameter, in.accept(Kind.OPERATOR, "=") ? in.expression() : null);
      if (!in.peek().is(Kind.OPERATOR, ")")) {
        in.expect(Kind.OPERATOR, ",");
      }
    }
    close();
    List<Statement> body = body();
    end("endmacro", name);
    return new Statement.Macro(name.text(), parameters, body);
  }
}
