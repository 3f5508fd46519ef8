package io.vlm4j.text;

import io.vlm4j.io.InputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * SentencePiece's precompiled normalisation: the longest of many UTF-8 sequences that a text begins
 * with, and what replaces it.
 *
 * <p>The sequences are a double-array trie (Darts): a unit of 32 bits holds the label of the byte
 * that leads to it, whether a sequence ends there, and the distance to its children. All that a
 * walk can reach is checked when the rules are read, so that no walk can leave the array.
 */
final class CharacterRules {
  private final int[] units;
  private final byte[] replacements;

  private CharacterRules(int[] units, byte[] replacements) {
    this.units = units;
    this.replacements = replacements;
  }

  /**
   * Reads the blob of a model or of a {@code Precompiled} normaliser: the size of the trie in
   * bytes, the trie, then the replacements, each ended by a zero byte.
   *
   * @throws InputException if it is damaged
   */
  static CharacterRules parse(byte[] blob) {
    ByteBuffer in = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
    long size = blob.length < 4 ? -1 : in.getInt() & 0xffffffffL;
    if (size < 4 || size % 4 != 0 || size >= blob.length - 4L) {
      throw damaged("a trie of " + size + " bytes in a blob of " + blob.length);
    }
    var units = new int[(int) (size / 4)];
    in.asIntBuffer().get(units);
    var rules = new CharacterRules(units, Arrays.copyOfRange(blob, 4 + (int) size, blob.length));
    rules.check();
    return rules;
  }

  private void check() {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
    } catch (CharacterCodingException e) {
      throw new InputException("its normalisation rules are damaged: replacements not UTF-8", e);
    }
    if (replacements[replacements.length - 1] != 0) {
      throw damaged("the last replacement has no end");
    }
    for (int node = 0; node < units.length; node++) {
      int unit = units[node];
      if (unit < 0) {
        continue; // a value, never walked through
      }
      int children = node ^ offset(unit);
      // A walk looks at children ^ byte: they lie in the same block of 256.
      if (children < 0 || (children | 0xff) >= units.length) {
        throw damaged("the trie points outside of itself");
      }
      int value = units[children] & 0x7fffffff;
      if (endsSequence(unit)
          && (value >= replacements.length || (replacements[value] & 0xc0) == 0x80)) {
        throw damaged("a replacement points outside of the table");
      }
    }
  }

  private static InputException damaged(String what) {
    return new InputException("its normalisation rules are damaged: " + what);
  }

  /** A place in the replacements, from inclusive to exclusive, and the bytes it replaces. */
  record Match(int from, int to, int length) {}

  /** The rule for the longest known sequence at {@code at}; a length of 0 if there is none. */
  Match longest(byte[] text, int at) {
    int node = offset(units[0]);
    int length = 0;
    int value = 0;
    for (int i = at; i < text.length; i++) {
      node ^= text[i] & 0xff;
      int unit = units[node];
      if ((unit & 0x800000ff) != (text[i] & 0xff)) {
        break;
      }
      node ^= offset(unit);
      if (endsSequence(unit)) {
        length = i + 1 - at;
        value = units[node] & 0x7fffffff;
      }
    }
    int end = value;
    while (length > 0 && replacements[end] != 0) {
      end++;
    }
    return new Match(value, end, length);
  }

  /** The bytes of all replacements; {@link Match} points into it. Not to be changed. */
  byte[] replacements() {
    return replacements;
  }

  private static boolean endsSequence(int unit) {
    return (unit >> 8 & 1) == 1;
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 0x200) >>> 6);
  }
}
