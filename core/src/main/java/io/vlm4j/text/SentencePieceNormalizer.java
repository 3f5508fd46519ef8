package io.vlm4j.text;

import io.vlm4j.io.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What SentencePiece does to a text before it is cut: replaces characters by rule, drops or keeps
 * runs of spaces, puts a space before (or behind) the text, writes spaces as U+2581.
 */
final class SentencePieceNormalizer {
  /** NFKC's longest replacement is 11 times as long; only a damaged rule goes beyond this. */
  private static final int MOST_GROWTH = 64;

  private static final byte[] SPACE = {' '};

  private final SentencePieceModel model;
  private final ByteTrie userDefined;
  private final byte[] mark;

  SentencePieceNormalizer(SentencePieceModel model, ByteTrie userDefined) {
    this.model = model;
    this.userDefined = userDefined;
    mark = model.escapesSpace() ? SentencePiece.SPACE.getBytes(StandardCharsets.UTF_8) : SPACE;
  }

  /** UTF-8 to UTF-8. */
  byte[] normalize(byte[] text) {
    int at = 0;
    if (model.removesExtraSpace()) {
      for (Chunk chunk; at < text.length && (chunk = chunk(text, at)).isOneSpace(); ) {
        at += chunk.length;
      }
    }
    if (at == text.length) {
      return new byte[0];
    }
    var out = new Output();
    if (model.addsDummyPrefix() && !model.marksSpaceBehind()) {
      out.writeBytes(mark);
    }
    boolean isAfterSpace = model.removesExtraSpace();
    while (at < text.length) {
      Chunk chunk = chunk(text, at);
      int from = chunk.from;
      while (isAfterSpace && from < chunk.to && chunk.bytes[from] == ' ') {
        from++;
      }
      for (int i = from; i < chunk.to; i++) {
        if (chunk.bytes[i] == ' ') {
          out.writeBytes(mark);
        } else {
          out.write(chunk.bytes[i]);
        }
      }
      if (from < chunk.to) {
        isAfterSpace = chunk.bytes[chunk.to - 1] == ' ';
      }
      isAfterSpace &= model.removesExtraSpace();
      at += chunk.length;
      if (out.size() > MOST_GROWTH * (text.length + 16L)) {
        throw new InputException("the tokenizer's normalisation rules make a text ever longer");
      }
    }
    if (model.removesExtraSpace()) {
      out.dropAtEnd(mark);
    }
    if (model.addsDummyPrefix() && model.marksSpaceBehind()) {
      out.writeBytes(mark);
    }
    return out.toByteArray();
  }

  /** What the next {@code length} bytes of a text become: a part of {@code bytes}. */
  private record Chunk(byte[] bytes, int from, int to, int length) {
    boolean isOneSpace() {
      return to - from == 1 && bytes[from] == ' ';
    }
  }

  private Chunk chunk(byte[] text, int at) {
    int protectedLength = longestUserDefined(userDefined, text, at);
    if (protectedLength > 0) {
      return new Chunk(text, at, at + protectedLength, protectedLength);
    }
    if (model.rules() != null) {
      CharacterRules.Match match = model.rules().longest(text, at);
      if (match.length() > 0) {
        return new Chunk(model.rules().replacements(), match.from(), match.to(), match.length());
      }
    }
    int length = Math.min(SentencePiece.characterLength(text[at]), text.length - at);
    return new Chunk(text, at, at + length, length);
  }

  /** The bytes of the longest user-defined piece at a place; 0 if there is none. */
  static int longestUserDefined(ByteTrie userDefined, byte[] text, int at) {
    int length = 0;
    int node = ByteTrie.ROOT;
    for (int i = at; i < text.length; i++) {
      node = userDefined.child(node, text[i]);
      if (node < 0) {
        break;
      }
      if (userDefined.value(node) >= 0) {
        length = i + 1 - at;
      }
    }
    return length;
  }

  private static final class Output extends ByteArrayOutputStream {
    void dropAtEnd(byte[] mark) {
      while (count >= mark.length
          && Arrays.equals(buf, count - mark.length, count, mark, 0, mark.length)) {
        count -= mark.length;
      }
    }
  }
}
