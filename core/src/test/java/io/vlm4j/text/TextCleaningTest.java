package io.vlm4j.text;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextCleaningTest {
  private static String apply(String steps, String text) {
    return TextCleaning.parse(steps).clean(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lower", "fix|unescape|unescape|collapse|lower", "mark|punctuation"})
  void aDescriptionIsWrittenAsItIsRead(String description) {
    assertThat(TextCleaning.parse(description)).hasToString(description);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftfy", "lower|", "|", "Lower", "lower,fix"})
  void anUnknownStepIsRefused(String description) {
    assertRefused(() -> TextCleaning.parse(description), "text cleaning", "fix|unescape");
  }

  /** Values of Python 3.11's html.unescape. */
  static String[][] references() {
    return new String[][] {
      {"HTML &amp; entities &lt;b&gt;", "HTML & entities <b>"},
      {"&amp;lt;", "&lt;"},
      {"&notit; &notin; &ampx &copy2", "\u00acit; \u2209 &x \u00a92"},
      {"&#65; &#x42 &#X43;", "A B C"},
      {"&#0; &#xD800; &#1114112; &#99999999999999;", "\ufffd \ufffd \ufffd \ufffd"},
      {"&#x80;&#146;&#x81;", "\u20ac\u2019\u0081"},
      {"&#1;&#x7f;&#xfffe;&#13;", "\r"},
      {"&nosuch; & &; &#; &#x;", "&nosuch; & &; &#; &#x;"},
      {"&NotEqualTilde; &fjlig;", "\u2242\u0338 fj"},
    };
  }

  @ParameterizedTest
  @MethodSource("references")
  void characterReferencesAreReadAsPythonReadsThem(String text, String expected) {
    assertThat(apply("unescape", text)).isEqualTo(expected);
  }

  /** Values of Python 3.11's str.lower. */
  @ParameterizedTest
  @CsvSource({
    "'\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u03a3',"
        + " '\u03bf\u03b4\u03c5\u03c3\u03c3\u03b5\u03c5\u03c2 \u03c3'",
    "'A:\u03a3', 'a:\u03c2'",
    "'A\u03a3''b', 'a\u03c3''b'",
    "'\u0130stanbul \u1e9e', 'i\u0307stanbul \u00df'"
  })
  void lowerCaseIsThatOfPython(String text, String expected) {
    assertThat(apply("lower", text)).isEqualTo(expected);
  }

  @Test
  void whiteSpaceIsThatOfPython() {
    assertThat(apply("collapse", "\u3000 a\u00a0\u2003\t\nb\u001c\u0085c\u200bd \u2029"))
        .isEqualTo("a b c\u200bd");
  }

  /** What ftfy's documentation says of its own fixes, without its normalisation to NFKC. */
  static String[][] broken() {
    return new String[][] {
      {"\u00c3\u00banico", "\u00fanico"},
      {"This \u00e2\u20ac\u201d is a dash", "This \u2014 is a dash"},
      {"\u00e4\u00bd\u00a0\u00e5\u00a5\u00bd", "\u4f60\u597d"},
      {"\u00f0\u0178\u02dc\u0160 ok", "\ud83d\ude0a ok"},
      {"\u00c3\u0192\u00c2\u00a9", "\u00e9"},
      {"caf\u00e9 NESTL\u00c9\u00ae AH\u00c5\u2122", "caf\u00e9 NESTL\u00c9\u00ae AH\u00c5\u2122"},
      {"Bront\u00eb\u2026\u201d", "Bront\u00eb\u2026\""},
      {"never UTF-8\u0085", "never UTF-8\u2026"},
      {"it&#x2019;s \ufb02ubberi\ufb01c&hellip;", "it's flubberific\u2026"},
      {"<em>&lt;3</em>", "<em>&lt;3</em>"},
      {"&amp;amp;amp;lt;", "<"},
      {"\u0001\u001b[36;44mblue\u001b[0m\u007f", "blue"},
      {"\ufeffParty\r\nlike", "Party\nlike"},
      {"\uff2c\uff2f\uff35\uff24\u3000\uff76\uff9e", "LOUD \u30ac"},
      {"\ud83d a\u0301", "\ufffd \u00e1"},
      {"\u02bc\u2018\u201c", "''\""},
    };
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenTextIsRepaired(String text, String expected) {
    assertThat(apply("fix", text)).isEqualTo(expected);
    assertThat(apply("fix", expected)).isEqualTo(expected);
  }

  @Test
  void familiesCleanAsTheirPythonDoes() {
    String text = " A  \u201cPhoto\u201d_of: 2 caf\u00e9s &amp; bars!\n";
    assertThat(TextCleaning.OPEN_CLIP.clean(text))
        .isEqualTo("a \"photo\"_of: 2 caf\u00e9s & bars!");
    assertThat(TextCleaning.OPEN_CLIP_CASED.clean(text))
        .isEqualTo("A \"Photo\"_of: 2 caf\u00e9s & bars!");
    assertThat(TextCleaning.OPEN_CLIP_CANONICAL.clean(text))
        .isEqualTo("a photo of 2 caf\u00e9s bars");
    assertThat(TextCleaning.SIGLIP.clean(text))
        .isEqualTo("\u2581 a \u201cphoto\u201dof 2 caf\u00e9s amp bars");
    assertThat(TextCleaning.SIGLIP2.clean(text))
        .isEqualTo(" a  \u201cphoto\u201d_of: 2 caf\u00e9s &amp; bars!\n");
    assertThat(TextCleaning.NONE.clean(text)).isEqualTo(text);
  }
}
