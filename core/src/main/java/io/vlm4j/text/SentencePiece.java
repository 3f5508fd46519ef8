package io.vlm4j.text;

import io.vlm4j.text.SentencePieceModel.Kind;
import io.vlm4j.text.SentencePieceModel.Piece;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * SentencePiece (1808.06226): text, spaces included, is normalised and cut into the pieces of a
 * {@code .model} file, by the best unigram path or by byte-pair merges.
 *
 * <p>Plain Java, with the float arithmetic and the tie rules of the C++ library, so that the ids
 * are the same. Unlike the C++ library it never matches control pieces such as {@code </s>} in
 * text, which is what its default does too. An unpaired surrogate counts as U+FFFD.
 *
 * <p>Cost: linear in the text's length for a unigram model, {@code n log n} for byte pairs.
 */
final class SentencePiece implements Segmentation {
  /** What stands for a space. */
  static final String SPACE = "\u2581";

  private final SentencePieceModel model;
  private final Map<String, Integer> ids = new HashMap<>();
  private final SentencePieceNormalizer normalizer;
  private final Cutter cutter;

  /** Cuts normalised UTF-8 into pieces: the end of each in the text, and its id. */
  interface Cutter {
    List<Span> cut(byte[] text);
  }

  /** A piece of a text: bytes from inclusive to exclusive. */
  record Span(int from, int to, int id) {}

  SentencePiece(SentencePieceModel model) {
    this.model = model;
    var userDefined = new ByteTrie();
    for (Piece piece : model.pieces()) {
      if (piece.kind() == Kind.USER_DEFINED) {
        userDefined.put(piece.text().getBytes(StandardCharsets.UTF_8), ids.size());
      }
      ids.put(piece.text(), ids.size());
    }
    normalizer = new SentencePieceNormalizer(model, userDefined);
    cutter = model.isBytePair() ? new BytePairCutter(model, userDefined) : new UnigramCutter(model);
  }

  /**
   * The same pieces for a text that brings its own leading space mark: no other is put before it.
   */
  SentencePiece withoutDummyPrefix() {
    return withDummyPrefix(false);
  }

  /** The same pieces, with or without a space mark put before every text. */
  SentencePiece withDummyPrefix(boolean adds) {
    return new SentencePiece(
        new SentencePieceModel(
            model.pieces(),
            model.unknownId(),
            model.isBytePair(),
            model.hasByteFallback(),
            model.marksSpaceBehind(),
            model.rules(),
            adds,
            model.removesExtraSpace(),
            model.escapesSpace()));
  }

  static String bytePiece(int b) {
    return "<0x" + HexFormat.of().withUpperCase().toHexDigits((byte) b) + ">";
  }

  @Override
  public long[] encode(String text) {
    byte[] normalized = normalizer.normalize(utf8(text));
    var found = new ArrayList<Long>();
    boolean isUnknownBefore = false;
    for (Span span : cutter.cut(normalized)) {
      boolean isUnknown = span.id == model.unknownId();
      if (isUnknown && model.hasByteFallback()) {
        for (int i = span.from; i < span.to; i++) {
          found.add((long) idOf(bytePiece(normalized[i] & 0xff)));
        }
      } else if (!isUnknown || !isUnknownBefore) {
        found.add((long) span.id); // a run of unknown pieces is one
      }
      isUnknownBefore = isUnknown;
    }
    return found.stream().mapToLong(Long::longValue).toArray();
  }

  private int idOf(String piece) {
    return ids.getOrDefault(piece, model.unknownId());
  }

  /** UTF-8, with U+FFFD for half a surrogate pair (Java's own encoder would say "?"). */
  private static byte[] utf8(String text) {
    return text.codePoints()
        .map(c -> c >= 0xd800 && c <= 0xdfff ? 0xfffd : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String decode(long[] sequence) {
    var bytes = new ByteArrayOutputStream();
    for (long id : sequence) {
      if (id < 0 || id >= size()) {
        throw new IndexOutOfBoundsException("no piece has the id " + id);
      }
      Piece piece = model.pieces().get((int) id);
      switch (piece.kind()) {
        case CONTROL -> {}
        case UNKNOWN -> bytes.writeBytes(" \u2047 ".getBytes(StandardCharsets.UTF_8));
        case BYTE -> bytes.write(HexFormat.fromHexDigits(piece.text(), 3, 5));
        default -> bytes.writeBytes(piece.text().getBytes(StandardCharsets.UTF_8));
      }
    }
    String text = bytes.toString(StandardCharsets.UTF_8).replace(SPACE, " ");
    boolean isFirstSpaceTheirs = model.removesExtraSpace() || model.addsDummyPrefix();
    return text.startsWith(" ") && isFirstSpaceTheirs ? text.substring(1) : text;
  }

  @Override
  public OptionalInt id(String piece) {
    Integer id = ids.get(piece);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public int size() {
    return model.pieces().size();
  }

  @Override
  public void close() {
    // Nothing native is held.
  }

  /** The bytes of the character that begins with {@code first}; 1 inside or outside of one. */
  static int characterLength(byte first) {
    return switch ((first & 0xff) >>> 4) {
      case 0xc, 0xd -> 2;
      case 0xe -> 3;
      case 0xf -> 4;
      default -> 1;
    };
  }

  /**
   * The path of the highest sum of scores, by dynamic programming over the ends of pieces.
   *
   * <p>Sums are floats as in C++, except beside user-defined pieces, whose bonus is a double there.
   */
  private static final class UnigramCutter implements Cutter {
    /** What an unknown character costs below the lowest score. */
    private static final float UNKNOWN_PENALTY = 10;

    private final ByteTrie trie = new ByteTrie();
    private final SentencePieceModel model;
    private final float unknownScore;
    private final float highest;

    UnigramCutter(SentencePieceModel model) {
      this.model = model;
      float low = Float.MAX_VALUE;
      float high = Float.MIN_NORMAL; // C++'s FLT_MIN, which its library starts from
      int id = 0;
      for (Piece piece : model.pieces()) {
        if (piece.kind().isText()) {
          trie.put(piece.text().getBytes(StandardCharsets.UTF_8), id);
        }
        if (piece.kind() == Kind.NORMAL) {
          low = Math.min(low, piece.score());
          high = Math.max(high, piece.score());
        }
        id++;
      }
      unknownScore = low - UNKNOWN_PENALTY;
      highest = high;
    }

    @Override
    public List<Span> cut(byte[] text) {
      var best = new float[text.length + 1];
      var from = new int[text.length + 1];
      var ids = new int[text.length + 1];
      Arrays.fill(from, -1);
      for (int start = 0; start < text.length; ) {
        int length = Math.min(characterLength(text[start]), text.length - start);
        boolean isCovered = false;
        int node = ByteTrie.ROOT;
        for (int end = start + 1; end <= text.length; end++) {
          node = trie.child(node, text[end - 1]);
          if (node < 0) {
            break;
          }
          int id = trie.value(node);
          if (id < 0 || model.pieces().get(id).kind() == Kind.UNUSED) {
            continue;
          }
          double candidate = score(id, end - start) + best[start];
          if (from[end] < 0 || candidate > best[end]) {
            best[end] = (float) candidate;
            from[end] = start;
            ids[end] = id;
          }
          isCovered |= end - start == length;
        }
        if (!isCovered) {
          int end = start + length;
          float candidate = unknownScore + best[start];
          if (from[end] < 0 || candidate > best[end]) {
            best[end] = candidate;
            from[end] = start;
            ids[end] = model.unknownId();
          }
        }
        start += length;
      }
      var spans = new ArrayList<Span>();
      for (int end = text.length; end > 0; end = from[end]) {
        spans.add(new Span(from[end], end, ids[end]));
      }
      return spans.reversed();
    }

    private double score(int id, int length) {
      Piece piece = model.pieces().get(id);
      return piece.kind() == Kind.USER_DEFINED ? length * highest - 0.1 : piece.score();
    }
  }
}
