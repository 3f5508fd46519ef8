package io.vlm4j.text.jinja;

import io.vlm4j.text.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens, with the white space around tags as transformers sets it: a line
 * break behind a tag is dropped ({@code trim_blocks}), and so are blanks before a tag at the
 * beginning of a line ({@code lstrip_blocks}); a minus drops all white space on its side, a plus
 * keeps it.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">", "=", "|", ".",
          ",", ":", "(", ")", "[", "]", "{", "}");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean dropsBreak;
  private boolean dropsSpace;

  private Lexer(String source) {
    String unix = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
  }

  static List<Token> cut(String source) {
    var lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int open = nextOpening();
      text(open);
      if (open == source.length()) {
        break;
      }
      switch (source.charAt(open + 1)) {
        case '#' -> comment();
        case '{' -> tag(Kind.OPEN_OUTPUT, "}}");
        default -> tag(Kind.OPEN_TAG, "%}");
      }
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  private int nextOpening() {
    for (int i = at; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  /** The text up to an opening, whose marks say what of it stays. */
  private void text(int open) {
    String text = source.substring(at, open);
    if (dropsSpace) {
      text = text.stripLeading();
    } else if (dropsBreak && text.startsWith("\n")) {
      text = text.substring(1);
    }
    if (open < source.length()) {
      char mark = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
      boolean isOutput = source.charAt(open + 1) == '{';
      if (mark == '-') {
        text = text.stripTrailing();
      } else if (!isOutput && mark != '+') {
        text = withoutIndent(text, open);
      }
    }
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.TEXT, text, line));
    }
    advance(open);
  }

  /** Blanks before a tag go if nothing else comes before it in its line. */
  private String withoutIndent(String text, int open) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    int first = open - (text.length() - end);
    boolean beginsLine = first == 0 || source.charAt(first - 1) == '\n';
    return beginsLine ? text.substring(0, end) : text;
  }

  private void advance(int to) {
    line += (int) source.substring(at, to).chars().filter(c -> c == '\n').count();
    at = to;
  }

  private void comment() {
    int end = source.indexOf("#}", at + 2);
    if (end < 0) {
      throw Token.refused(line, "a comment without end");
    }
    afterTag(source.charAt(end - 1), true);
    advance(end + 2);
  }

  private void afterTag(char mark, boolean isBlock) {
    dropsSpace = mark == '-';
    dropsBreak = isBlock && mark != '+';
  }

  private void tag(Kind kind, String end) {
    tokens.add(new Token(kind, source.substring(at, at + 2), line));
    advance(at + 2);
    if (at < source.length() && "-+".indexOf(source.charAt(at)) >= 0) {
      at++;
    }
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      skipSpace();
      if (at >= source.length()) {
        throw Token.refused(line, "a tag without end");
      }
      char mark = source.charAt(at);
      boolean isMarked =
          (mark == '-' || (mark == '+' && kind == Kind.OPEN_TAG)) && source.startsWith(end, at + 1);
      if (open.isEmpty() && (isMarked || source.startsWith(end, at))) {
        tokens.add(new Token(Kind.CLOSE, end, line));
        afterTag(isMarked ? mark : ' ', kind == Kind.OPEN_TAG);
        advance(at + (isMarked ? 3 : 2));
        return;
      }
      Token token = next();
      tokens.add(token);
      if (token.kind() == Kind.OPERATOR) {
        balance(open, token);
      }
    }
  }

  private static void balance(Deque<Character> open, Token token) {
    char c = token.text().charAt(0);
    if ("([{".indexOf(c) >= 0) {
      open.push(c);
    } else if (")]}".indexOf(c) >= 0) {
      if (open.isEmpty() || "([{".indexOf(open.pop()) != ")]}".indexOf(c)) {
        throw token.unexpected("nothing to close");
      }
    }
  }

  private void skipSpace() {
    int end = at;
    while (end < source.length() && Character.isWhitespace(source.charAt(end))) {
      end++;
    }
    advance(end);
  }

  private Token next() {
    char c = source.charAt(at);
    if (c == '\'' || c == '"') {
      return string(c);
    }
    int end = at;
    if (Character.isJavaIdentifierStart(c) && c != '$') {
      while (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end))) {
        end++;
      }
      return token(Kind.NAME, end);
    }
    if (Character.isDigit(c)) {
      while (end < source.length() && Character.isDigit(source.charAt(end))) {
        end++;
      }
      if (end + 1 < source.length()
          && source.charAt(end) == '.'
          && Character.isDigit(source.charAt(end + 1))) {
        end++;
        while (end < source.length() && Character.isDigit(source.charAt(end))) {
          end++;
        }
      }
      return token(Kind.NUMBER, end);
    }
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        return token(Kind.OPERATOR, at + operator.length());
      }
    }
    throw Token.refused(line, "unknown sign '" + c + "'");
  }

  private Token token(Kind kind, int end) {
    var token = new Token(kind, source.substring(at, end), line);
    advance(end);
    return token;
  }

  private Token string(char quote) {
    var text = new StringBuilder();
    int begin = line;
    int i = at + 1;
    for (; i < source.length() && source.charAt(i) != quote; i++) {
      char c = source.charAt(i);
      if (c != '\\' || i + 1 >= source.length()) {
        text.append(c);
        continue;
      }
      char escaped = source.charAt(++i);
      switch (escaped) {
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case '\\', '\'', '"' -> text.append(escaped);
        case '\n' -> {}
        case 'u' -> {
          if (i + 4 >= source.length()) {
            throw Token.refused(line, "a string without end");
          }
          try {
            text.append((char) Integer.parseInt(source.substring(i + 1, i + 5), 16));
          } catch (NumberFormatException _) {
            throw Token.refused(line, "an escape that is no number");
          }
          i += 4;
        }
        default -> text.append('\\').append(escaped); // as Python keeps it
      }
    }
    if (i >= source.length()) {
      throw Token.refused(begin, "a string without end");
    }
    advance(i + 1);
    return new Token(Kind.STRING, text.toString(), begin);
  }
}
