package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A SentencePiece vocabulary in whose texts the names of special and added pieces are those pieces,
 * as in transformers' {@code LlamaTokenizer}: a text is cut at the names first, and what is between
 * them is cut as texts of their own.
 *
 * <p>Where {@code tokenizer_config.json} says {@code "legacy": false}, only the beginning of the
 * whole text gets the space mark that SentencePiece puts before a text; else each part gets one.
 */
final class NamedPieces implements Segmentation {
  private static final String CONFIG = "tokenizer_config.json";

  /** Llama's own names, for files that do not say; it has none for padding. */
  private static final Map<String, String> USUAL =
      Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>", "pad_token", "");

  /** A named piece; {@code isHidden} if it is no part of a decoded text. */
  private record Named(
      String name, int id, boolean stripsLeft, boolean stripsRight, boolean isHidden) {}

  private final SentencePiece first;
  private final SentencePiece later;
  private final Map<String, Named> byName;
  private final Map<Integer, Named> byId = new HashMap<>();
  private final Pattern names;
  private final int size;

  private NamedPieces(SentencePiece first, SentencePiece later, Map<String, Named> byName) {
    this.first = first;
    this.later = later;
    this.byName = byName;
    byName.values().forEach(piece -> byId.put(piece.id, piece));
    int highest = byId.keySet().stream().mapToInt(id -> id).max().orElse(0);
    size = Math.max(first.size(), highest + 1);
    String longestFirst =
        byName.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    names = Pattern.compile(longestFirst.isEmpty() ? "(?!)" : longestFirst);
  }

  /**
   * Reads the names out of the files beside the model.
   *
   * @throws InputException if an added piece has no id, or that of another
   */
  static NamedPieces of(SentencePiece pieces, TokenizerFiles files) {
    ObjectNode config = files.object(CONFIG).orElseGet(Json::object);
    var names = new Names(pieces, files.place());
    USUAL.forEach((key, usual) -> names.special(FolderRules.piece(files, key).orElse(usual)));
    for (String file : List.of(CONFIG, "special_tokens_map.json")) {
      for (JsonNode token :
          files.object(file).orElseGet(Json::object).path("additional_special_tokens")) {
        names.special(token.isObject() ? token.path("content").asString("") : token.asString(""));
      }
    }
    files
        .object("added_tokens.json")
        .ifPresent(tree ->
            tree.properties()
                .forEach(entry ->
                    names.added(entry.getKey(), entry.getValue().asString(""), Json.object())));
    config
        .path("added_tokens_decoder")
        .properties()
        .forEach(entry ->
            names.added(
                entry.getValue().path("content").asString(""), entry.getKey(), entry.getValue()));
    return config.path("legacy").asBoolean(true)
        ? new NamedPieces(pieces, pieces, names.byName)
        : new NamedPieces(
            pieces.withDummyPrefix(config.path("add_prefix_space").asBoolean(true)),
            pieces.withoutDummyPrefix(),
            names.byName);
  }

  /** Collects names, and checks their ids. */
  private static final class Names {
    private final SentencePiece pieces;
    private final String place;
    private final Map<String, Named> byName = new HashMap<>();
    private final Map<Integer, String> nameOf = new HashMap<>();

    Names(SentencePiece pieces, String place) {
      this.pieces = pieces;
      this.place = place;
    }

    /** A piece of the vocabulary; one that is not in it may come as an added one. */
    void special(String name) {
      pieces.id(name).ifPresent(id -> put(new Named(name, id, false, false, true)));
    }

    void added(String name, String number, JsonNode how) {
      OptionalInt own = pieces.id(name);
      int id = number.matches("\\d{1,9}") ? Integer.parseInt(number) : -1;
      boolean isFree = own.isPresent() ? own.getAsInt() == id : id >= pieces.size();
      if (name.isEmpty()
          || !isFree
          || id >= TokenizerJson.MOST_IDS
          || !nameOf.getOrDefault(id, name).equals(name)) {
        throw new InputException(
            "%s: the added token %s cannot have the id %s beside the vocabulary's %d"
                .formatted(place, Json.toLine(name), Json.toLine(number), pieces.size()));
      }
      put(
          new Named(
              name,
              id,
              how.path("lstrip").asBoolean(false),
              how.path("rstrip").asBoolean(false),
              how.path("special").asBoolean(true)));
    }

    private void put(Named piece) {
      byName.put(piece.name, piece);
      nameOf.put(piece.id, piece.name);
    }
  }

  @Override
  public long[] encode(String text) {
    var parts = new ArrayList<long[]>();
    Matcher matcher = names.matcher(text);
    int from = 0;
    boolean isStripped = false;
    while (matcher.find()) {
      Named piece = byName.get(matcher.group());
      if (piece == null) {
        throw new IllegalStateException(matcher.group());
      }
      String before = text.substring(from, matcher.start());
      parts.add(encode(before, from == 0, isStripped, piece.stripsLeft));
      parts.add(new long[] {piece.id});
      isStripped = piece.stripsRight;
      from = matcher.end();
    }
    parts.add(encode(text.substring(from), from == 0, isStripped, false));
    return parts.stream().flatMapToLong(Arrays::stream).toArray();
  }

  private long[] encode(String part, boolean isFirst, boolean stripsFront, boolean stripsEnd) {
    String text = stripsFront ? part.stripLeading() : part;
    return (isFirst ? first : later).encode(stripsEnd ? text.stripTrailing() : text);
  }

  @Override
  public String decode(long[] ids) {
    var text = new StringBuilder();
    var run = new ArrayList<Long>();
    for (long id : ids) {
      Named piece = byId.get((int) id);
      if (piece == null) {
        run.add(id);
      } else if (!piece.isHidden) {
        text.append(decode(run)).append(piece.name);
        run.clear();
      }
    }
    return text.append(decode(run)).toString();
  }

  private String decode(List<Long> run) {
    return first.decode(run.stream().mapToLong(Long::longValue).toArray());
  }

  @Override
  public OptionalInt id(String piece) {
    return Optional.ofNullable(byName.get(piece))
        .map(named -> OptionalInt.of(named.id))
        .orElseGet(() -> first.id(piece));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    // Nothing native is held.
  }
}
