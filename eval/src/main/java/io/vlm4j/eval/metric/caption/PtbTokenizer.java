package io.vlm4j.eval.metric.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Penn Treebank tokens of captions, as the COCO caption evaluation (arXiv 1504.00325) makes them:
 * lower case, contractions cut ({@code isn't} gives {@code is n't}), brackets named ({@code
 * -lrb-}), quotes paired, and punctuation removed.
 *
 * <p>Two quirks of that evaluation are kept, since published scores have them: its list of
 * punctuation names brackets in capitals, so lower-cased brackets stay as words; and a token that
 * only holds punctuation, such as {@code --}, is removed where {@code 's} is not.
 *
 * <p>Written from the behaviour of Stanford's PTBTokenizer 3.4.1 on captions; its rarer rules, such
 * as those for emoticons and telephone numbers, are left out.
 */
public final class PtbTokenizer {
  private static final Set<String> PUNCTUATION =
      Set.of(
          "''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-",
          "--", "...", ";");

  private static final String LETTER = "[\\p{L}\\p{M}]";
  private static final String WORD = "[\\p{L}\\p{M}\\p{Nd}]";

  /** Abbreviations that keep their full stop wherever they stand. */
  private static final Set<String> ABBREVIATIONS =
      Stream.of(
              "Mr Mrs Ms Dr Prof Sen Rep Lt Col Gen Gov Adm Rev Maj Sgt Capt St Ave Pvt Hon Messrs",
              "Jr Sr Bros Inc Co Corp Ltd Plc Cie etc vs al seq Jan Feb Mar Apr Jun Jul Aug Sep",
              "Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Calif Mass Conn Fla Ill Mich Ariz",
              "Tenn Wis Minn Okla Wash Kan Ore Colo Ky Nev Neb Ark Vt Wyo Tex Pty Blvd Rd Mt Ft Ph")
          .flatMap(line -> Stream.of(line.split(" ")))
          .map(word -> word.toLowerCase(Locale.ROOT))
          .collect(Collectors.toUnmodifiableSet());

  /** Words that the treebank takes apart, and where. */
  private static final Map<String, List<String>> JOINED =
      Stream.of("can not", "gon na", "got ta", "lem me", "gim me", "wan na", "'t is", "'t was")
          .map(parts -> List.of(parts.split(" ")))
          .collect(Collectors.toUnmodifiableMap(parts -> String.join("", parts), parts -> parts));

  private static final Pattern CONTRACTION =
      Pattern.compile(
          "(.*?)((?:n't)|(?:'(?:s|m|d|re|ve|ll)))",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  /** The first alternative that fits is taken, so what is special comes before what is general. */
  private static final Pattern TOKEN =
      Pattern.compile(
          String.join(
              "|",
              "(?<markup></?[A-Za-z!?][^<>]*>|&lt;|&gt;)",
              "(?<address>https?://[^\\s\"<>|(){}]*[^\\s\"<>|(){}.!?,\\-]"
                  + "|www\\.[^\\s\"<>|(){}]*[^\\s\"<>|(){}.!?,\\-]"
                  + "|[A-Za-z0-9][^\\s\"<>|();@]*@(?:[\\p{L}\\p{Nd}\\-]+\\.)*[\\p{L}\\p{Nd}\\-]+"
                  + "|(?:[\\p{L}\\p{Nd}]+\\.)+(?:com|net|org|edu)(?![\\p{L}\\p{Nd}])(?:/[^\\s\"<>|()]*"
                  + "[^\\s\"<>|().!?,\\-])?)",
              "(?<handle>@[A-Za-z_][A-Za-z_0-9]*|#" + LETTER + "+)",
              "(?<elided>'n'?(?![\\p{L}\\p{Nd}])|'\\d0s|'em(?!"
                  + WORD
                  + ")|'til?l?(?!"
                  + WORD
                  + ")"
                  + "|'cause(?!"
                  + WORD
                  + ")|o'clock|ma'am|ol'(?!"
                  + WORD
                  + ")|c'mon|s'mores"
                  + "|y'(?=all(?!"
                  + WORD
                  + "))|[odl]'"
                  + WORD
                  + "{3,})",
              "(?<acronym>" + "(?<!" + WORD + ")(?:\\p{L}\\.)+\\p{L}(?!" + WORD + ")\\.?)",
              "(?<abbreviation>(?<!" + WORD + ")(?:" + String.join("|", ABBREVIATIONS) + ")\\.)",
              "(?<fraction>\\d+(?:\\.\\d+)?/\\d+(?!" + WORD + "))",
              "(?<word>"
                  + WORD
                  + "+(?:[\\-_]"
                  + WORD
                  + "+|/(?=[a-z0-9]+(?!'))"
                  + WORD
                  + "+"
                  + "|[.,:](?<=\\d.)(?=\\d)"
                  + WORD
                  + "+)*"
                  + "(?:'(?:s|m|d|re|ve|ll|t)(?!"
                  + WORD
                  + "))*)",
              "(?<number>[-+]?[.,]\\d+)",
              "(?<clitic>'(?:s|m|d|re|ve|ll)(?!" + WORD + "))",
              "(?<dots>\\.{2,}|(?:\\. ){2,}\\.)",
              "(?<dashes>-{2,})",
              "(?<quotes>''|``|\")",
              "(?<other>\\S)"),
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  private PtbTokenizer() {}

  /** The tokens of a caption, without punctuation: what the caption metrics compare. */
  public static List<String> tokens(String text) {
    return all(text).stream().filter(token -> !PUNCTUATION.contains(token)).toList();
  }

  /** All tokens of a text, in lower case. */
  public static List<String> all(String text) {
    String plain = plain(text);
    var tokens = new ArrayList<String>();
    Matcher matcher = TOKEN.matcher(plain);
    int at = 0;
    while (at < plain.length()) {
      int end = plainWord(plain, at);
      if (end > at) {
        cut(plain.substring(at, end), tokens);
        at = end;
      } else if (plain.charAt(at) == ' ') {
        at++;
      } else if (matcher.find(at)) {
        add(matcher, plain, tokens);
        at = matcher.end();
      } else {
        break;
      }
    }
    tokens.replaceAll(token -> token.toLowerCase(Locale.ROOT));
    return tokens;
  }

  private static void add(Matcher matcher, String text, List<String> tokens) {
    String token = matcher.group();
    if (matcher.group("word") != null) {
      cut(token, tokens);
    } else if (matcher.group("dots") != null) {
      tokens.add("...");
    } else if (matcher.group("dashes") != null) {
      tokens.add("--");
    } else if (token.equals("\"")) {
      tokens.add(isOpen(text, matcher.start()) ? "``" : "''");
    } else {
      tokens.add(named(token, text, matcher.start()));
    }
  }

  /**
   * The end of a word of plain letters between spaces, behind which may be one sign; {@code at} if
   * there is none. Nine in ten tokens are such, and need no pattern.
   */
  private static int plainWord(String text, int at) {
    if (at > 0 && text.charAt(at - 1) != ' ') {
      return at;
    }
    int end = at;
    while (end < text.length() && isLetter(text.charAt(end))) {
      end++;
    }
    if (end == text.length() || text.charAt(end) == ' ') {
      return end;
    }
    boolean closed = end + 1 == text.length() || text.charAt(end + 1) == ' ';
    boolean sign = ".,!?;:".indexOf(text.charAt(end)) >= 0;
    boolean abbreviation =
        text.charAt(end) == '.'
            && ABBREVIATIONS.contains(text.substring(at, end).toLowerCase(Locale.ROOT));
    return closed && sign && !abbreviation ? end : at;
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  /** With the signs of typewriters, and single spaces. */
  private static String plain(String text) {
    var plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\u2018', '\u2019', '\u201b' -> plain.append('\'');
        case '\u201c', '\u201e' -> plain.append("``");
        case '\u201d' -> plain.append("''");
        case '\u2013', '\u2014', '\u2015' -> plain.append("--");
        case '\u2026' -> plain.append("...");
        default -> plain.append(Character.isWhitespace(c) || c == '\u00a0' ? ' ' : c);
      }
    }
    return plain.toString();
  }

  /** A word, without what hangs on it by an apostrophe, and that. */
  private static void cut(String word, List<String> tokens) {
    List<String> parts = JOINED.get(word.toLowerCase(Locale.ROOT));
    if (parts != null) {
      tokens.addAll(parts);
      return;
    }
    int end = 0;
    if (word.indexOf('\'') >= 0) {
      Matcher contraction = CONTRACTION.matcher(word);
      while (end < word.length() && contraction.find(end) && contraction.start() == end) {
        if (!contraction.group(1).isEmpty()) {
          tokens.add(contraction.group(1));
        }
        tokens.add(contraction.group(2));
        end = contraction.end();
      }
    }
    if (end < word.length()) {
      tokens.add(word.substring(end));
    }
  }

  private static String named(String token, String text, int at) {
    return switch (token) {
      case "(" -> "-lrb-";
      case ")" -> "-rrb-";
      case "[" -> "-lsb-";
      case "]" -> "-rsb-";
      case "{" -> "-lcb-";
      case "}" -> "-rcb-";
      case "'" -> at > 0 && isOpen(text, at) && closes(text, at) ? "`" : "'";
      default -> token;
    };
  }

  /** Whether a quotation mark stands before a word: at the beginning, or behind a space. */
  private static boolean isOpen(String text, int at) {
    return (at == 0 || " ([{".indexOf(text.charAt(at - 1)) >= 0)
        && at + 1 < text.length()
        && text.charAt(at + 1) != ' ';
  }

  private static boolean closes(String text, int at) {
    return text.indexOf('\'', at + 1) > 0;
  }
}
