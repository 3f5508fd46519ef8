package io.vlm4j.text;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of a SentencePiece {@code .model} file: the part of its protocol buffer that decides
 * about ids (sentencepiece_model.proto).
 *
 * @param pieces in the order of their ids
 * @param unknownId of the one piece that stands for what no piece covers
 * @param rules how text is normalised; null for not at all
 */
record SentencePieceModel(
    List<Piece> pieces,
    int unknownId,
    boolean isBytePair,
    boolean hasByteFallback,
    boolean marksSpaceBehind,
    @Nullable CharacterRules rules,
    boolean addsDummyPrefix,
    boolean removesExtraSpace,
    boolean escapesSpace) {
  /** What a piece is. */
  enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    /** By the number in the file, from 1. */
    private static final List<Kind> NUMBERED = List.of(values());

    /** Whether text is matched against it. */
    boolean isText() {
      return this == NORMAL || this == USER_DEFINED || this == UNUSED;
    }
  }

  record Piece(String text, float score, Kind kind) {}

  private static final int UNIGRAM = 1;
  private static final int BPE = 2;

  /** Reads a file's bytes; {@code place} names them in what is thrown. */
  static SentencePieceModel parse(byte[] bytes, String place) {
    try {
      return new Parser().parse(CodedInputStream.newInstance(bytes));
    } catch (IOException e) {
      throw new InputException(place + ": not a SentencePiece model: it is cut off or damaged", e);
    } catch (InputException e) {
      throw new InputException(place + ": not a usable SentencePiece model: " + e.getMessage(), e);
    }
  }

  /** Field numbers are those of the published message types; what is not named here is skipped. */
  private static final class Parser {
    private final List<Piece> pieces = new ArrayList<>();
    private long modelType = UNIGRAM;
    private boolean hasByteFallback;
    private boolean marksSpaceBehind;
    private byte[] rules = new byte[0];
    private boolean addsDummyPrefix = true;
    private boolean removesExtraSpace = true;
    private boolean escapesSpace = true;

    /** Takes one field if it knows it. */
    private interface Field {
      boolean take(int number, CodedInputStream in) throws IOException;
    }

    SentencePieceModel parse(CodedInputStream in) throws IOException {
      message(
          in,
          (number, field) ->
              switch (number) {
                case 1 -> nested(field, this::piece);
                case 2 -> nested(field, this::trainer);
                case 3 -> nested(field, this::normalizer);
                default -> false;
              });
      check();
      return new SentencePieceModel(
          List.copyOf(pieces),
          unknownId(),
          modelType == BPE,
          hasByteFallback,
          marksSpaceBehind,
          rules.length == 0 ? null : CharacterRules.parse(rules),
          addsDummyPrefix,
          removesExtraSpace,
          escapesSpace);
    }

    private boolean piece(CodedInputStream in) throws IOException {
      var text = new String[] {""};
      var score = new float[1];
      var kind = new int[] {1};
      message(
          in,
          (number, field) -> {
            switch (number) {
              case 1 -> text[0] = field.readStringRequireUtf8();
              case 2 -> score[0] = field.readFloat();
              case 3 -> kind[0] = field.readEnum();
              default -> {
                return false;
              }
            }
            return true;
          });
      if (kind[0] < 1 || kind[0] > Kind.NUMBERED.size()) {
        throw new InputException("piece " + pieces.size() + " has the unknown type " + kind[0]);
      }
      pieces.add(new Piece(text[0], score[0], Kind.NUMBERED.get(kind[0] - 1)));
      return true;
    }

    private boolean trainer(CodedInputStream in) throws IOException {
      message(
          in,
          (number, field) -> {
            switch (number) {
              case 3 -> modelType = field.readEnum();
              case 24 -> marksSpaceBehind = field.readBool();
              case 35 -> hasByteFallback = field.readBool();
              default -> {
                return false;
              }
            }
            return true;
          });
      return true;
    }

    private boolean normalizer(CodedInputStream in) throws IOException {
      message(
          in,
          (number, field) -> {
            switch (number) {
              case 2 -> rules = field.readByteArray();
              case 3 -> addsDummyPrefix = field.readBool();
              case 4 -> removesExtraSpace = field.readBool();
              case 5 -> escapesSpace = field.readBool();
              default -> {
                return false;
              }
            }
            return true;
          });
      return true;
    }

    private void message(CodedInputStream in, Field field) throws IOException {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (!field.take(WireFormat.getTagFieldNumber(tag), in)) {
          in.skipField(tag);
        }
      }
    }

    private interface Message {
      boolean read(CodedInputStream in) throws IOException;
    }

    private boolean nested(CodedInputStream in, Message message) throws IOException {
      int before = in.pushLimit(in.readRawVarint32());
      boolean taken = message.read(in);
      in.checkLastTagWas(0);
      in.popLimit(before);
      return taken;
    }

    private void check() {
      if (modelType != UNIGRAM && modelType != BPE) {
        throw new InputException(
            "its type is " + modelType + "; unigram (1) and BPE (2) are supported");
      }
      var ids = new HashMap<String, Integer>();
      for (Piece piece : pieces) {
        if (piece.text.isEmpty()) {
          throw new InputException("piece " + ids.size() + " is empty");
        }
        if (!Float.isFinite(piece.score)) {
          throw new InputException("piece " + ids.size() + " has the score " + piece.score);
        }
        Integer other = ids.putIfAbsent(piece.text, ids.size());
        if (other != null) {
          throw new InputException("pieces " + other + " and " + ids.size() + " are the same");
        }
      }
      if (hasByteFallback) {
        checkBytes(ids);
      }
    }

    private void checkBytes(Map<String, Integer> ids) {
      for (int b = 0; b < 256; b++) {
        Integer id = ids.get(SentencePiece.bytePiece(b));
        if (id == null || pieces.get(id).kind != Kind.BYTE) {
          throw new InputException("it falls back to bytes, but has no byte piece for " + b);
        }
      }
    }

    private int unknownId() {
      int found = -1;
      for (int id = 0; id < pieces.size(); id++) {
        if (pieces.get(id).kind == Kind.UNKNOWN) {
          if (found >= 0) {
            throw new InputException("pieces " + found + " and " + id + " are both for unknown");
          }
          found = id;
        }
      }
      if (found < 0) {
        throw new InputException("it has no piece for unknown text");
      }
      return found;
    }
  }
}
