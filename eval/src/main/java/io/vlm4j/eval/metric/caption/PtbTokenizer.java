package io.vlm4j.eval.metric.caption;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  private static final String ABBREVIATIONS =
      Stream.of(
              "Mr Mrs Ms Dr Prof Sen Rep Lt Col Gen Gov Adm Rev Maj Sgt Capt St Ave Pvt Hon Messrs",
              "Jr Sr Bros Inc Co Corp Ltd Plc Cie etc vs al seq Jan Feb Mar Apr Jun Jul Aug Sep",
              "Sept Oct Nov Dec Mon Tue Tues Wed Thu Thurs Fri Calif Mass Conn Fla Ill Mich Ariz",
              "Tenn Wis Minn Okla Wash Kan Ore Colo Ky Nev Neb Ark Vt Wyo Tex Pty Blvd Rd Mt Ft Ph")
          .flatMap(line -> Stream.of(line.split(" ")))
          .collect(Collectors.joining("|"));

  /** Words that the treebank takes apart, and where. */
  private static final Pattern JOINED =
      Pattern.compile(
          "(can)(not)|(gon)(na)|(got)(ta)|(lem)(me)|(gim)(me)|(wan)(na)|('t)(is|was)",
          Pattern.CASE_INSENSITIVE);

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
              "(?<abbreviation>(?<!" + WORD + ")(?:" + ABBREVIATIONS + ")\\.)",
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
    while (matcher.find()) {
      String token = matcher.group();
      if (matcher.group("word") != null) {
        cut(token, tokens);
      } else if (matcher.group("dots") != null) {
        tokens.add("...");
      } else if (matcher.group("dashes") != null) {
        tokens.add("--");
      } else if (matcher.group("quotes") != null) {
        tokens.add(token.equals("\"") ? quote(plain, matcher.start(), "``", "''") : token);
      } else {
        tokens.add(named(token, plain, matcher.start()));
      }
    }
    tokens.replaceAll(token -> token.toLowerCase(Locale.ROOT));
    return tokens;
  }

  /** With the signs of typewriters. */
  private static String plain(String text) {
    return text.replaceAll("[\u2018\u2019\u201b]", "'")
        .replaceAll("[\u201c\u201e]", "``")
        .replace("\u201d", "''")
        .replaceAll("[\u2013\u2014\u2015]", "--")
        .replace("\u2026", "...")
        .replaceAll("[\\s\u00a0]+", " ");
  }

  /** A word, without what hangs on it by an apostrophe, and that. */
  private static void cut(String word, List<String> tokens) {
    Matcher joined = JOINED.matcher(word);
    if (joined.matches()) {
      for (int group = 1; group <= joined.groupCount(); group++) {
        if (joined.group(group) != null) {
          tokens.add(joined.group(group));
        }
      }
      return;
    }
    Matcher contraction = CONTRACTION.matcher(word);
    int end = 0;
    while (end < word.length() && contraction.find(end) && contraction.start() == end) {
      if (!contraction.group(1).isEmpty()) {
        tokens.add(contraction.group(1));
      }
      tokens.add(contraction.group(2));
      end = contraction.end();
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

  private static String quote(String text, int at, String opening, String closing) {
    return isOpen(text, at) ? opening : closing;
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
