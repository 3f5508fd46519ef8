package io.vlm4j.text;

import io.vlm4j.text.SentencePieceModel.Kind;
import io.vlm4j.text.SentencePieceModel.Piece;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * SentencePiece's byte pairs: characters are joined, the neighbours of the highest score first and
 * the leftmost of equals, until no two neighbours make a piece. User-defined pieces stay whole.
 */
final class BytePairCutter implements SentencePiece.Cutter {
  private final Map<String, Integer> textPieces = new HashMap<>();
  private final SentencePieceModel model;
  private final ByteTrie userDefined;

  BytePairCutter(SentencePieceModel model, ByteTrie userDefined) {
    this.model = model;
    this.userDefined = userDefined;
    int id = 0;
    for (Piece piece : model.pieces()) {
      if (piece.kind().isText()) {
        textPieces.put(piece.text(), id);
      }
      id++;
    }
  }

  private record Candidate(int left, int right, float score, int length) {}

  private static final Comparator<Candidate> ORDER =
      Comparator.comparingDouble(Candidate::score).reversed().thenComparingInt(Candidate::left);

  @Override
  public List<SentencePiece.Span> cut(byte[] text) {
    return new Merging(text).run();
  }

  /** Symbols of one text as a doubly linked list; a symbol merged into its left one is empty. */
  private final class Merging {
    private final byte[] text;
    private final List<Symbol> symbols = new ArrayList<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(ORDER);

    /** Where the two parts of a merged piece meet, for pieces that must be taken apart again. */
    private final Map<String, Integer> seams = new HashMap<>();

    private static final class Symbol {
      int from;
      int to;
      int previous;
      int next;
      boolean isWhole;
    }

    Merging(byte[] text) {
      this.text = text;
      for (int at = 0; at < text.length; ) {
        int length = SentencePieceNormalizer.longestUserDefined(userDefined, text, at);
        var symbol = new Symbol();
        symbol.isWhole = length > 0;
        if (length == 0) {
          length = Math.min(SentencePiece.characterLength(text[at]), text.length - at);
        }
        symbol.from = at;
        symbol.to = at + length;
        symbol.previous = symbols.size() - 1;
        symbol.next = symbols.size() + 1;
        symbols.add(symbol);
        at += length;
      }
      if (!symbols.isEmpty()) {
        symbols.getLast().next = -1;
      }
    }

    List<SentencePiece.Span> run() {
      for (int i = 1; i < symbols.size(); i++) {
        propose(i - 1, i);
      }
      while (!queue.isEmpty()) {
        Candidate candidate = queue.remove();
        Symbol left = symbols.get(candidate.left);
        Symbol right = symbols.get(candidate.right);
        boolean isOutdated =
            left.from == left.to
                || right.from == right.to
                || right.to - left.from != candidate.length;
        if (!isOutdated) {
          left.to = right.to;
          left.next = right.next;
          if (right.next >= 0) {
            symbols.get(right.next).previous = candidate.left;
          }
          right.from = right.to;
          propose(left.previous, candidate.left);
          propose(candidate.left, left.next);
        }
      }
      var spans = new ArrayList<SentencePiece.Span>();
      for (int i = symbols.isEmpty() ? -1 : 0; i >= 0; i = symbols.get(i).next) {
        emit(symbols.get(i).from, symbols.get(i).to, spans);
      }
      return spans;
    }

    private void propose(int left, int right) {
      if (left < 0 || right < 0 || symbols.get(left).isWhole || symbols.get(right).isWhole) {
        return;
      }
      int from = symbols.get(left).from;
      int to = symbols.get(right).to;
      String joined = string(from, to);
      Integer id = textPieces.get(joined);
      if (id == null) {
        return;
      }
      Piece piece = model.pieces().get(id);
      queue.add(new Candidate(left, right, piece.score(), to - from));
      if (piece.kind() == Kind.UNUSED) {
        seams.put(joined, symbols.get(left).to - from);
      }
    }

    /** An unused piece falls apart into what it was merged from. */
    private void emit(int from, int to, List<SentencePiece.Span> spans) {
      var open = new ArrayDeque<int[]>();
      open.push(new int[] {from, to});
      while (!open.isEmpty()) {
        int[] range = open.pop();
        String piece = string(range[0], range[1]);
        int id = textPieces.getOrDefault(piece, model.unknownId());
        Integer seam = model.pieces().get(id).kind() == Kind.UNUSED ? seams.get(piece) : null;
        if (seam == null) {
          spans.add(new SentencePiece.Span(range[0], range[1], id));
        } else {
          open.push(new int[] {range[0] + seam, range[1]});
          open.push(new int[] {range[0], range[0] + seam});
        }
      }
    }

    private String string(int from, int to) {
      return new String(text, from, to - from, StandardCharsets.UTF_8);
    }
  }
}
