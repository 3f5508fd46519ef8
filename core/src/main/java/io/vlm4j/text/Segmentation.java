package io.vlm4j.text;

import java.util.OptionalInt;

/** A vocabulary and how text is cut into its pieces, without start, end and padding. */
sealed interface Segmentation extends AutoCloseable
    permits SentencePiece, NamedPieces, LibrarySegmentation {
  /** The ids of a text's pieces. Any number of threads may call it. */
  long[] encode(String text);

  /** The text of ids, without special pieces. */
  String decode(long[] ids);

  /** The id of a piece. */
  OptionalInt id(String piece);

  /** The number of ids: one more than the highest. */
  int size();

  @Override
  void close();
}
