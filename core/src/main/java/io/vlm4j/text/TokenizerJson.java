package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@code tokenizer.json} that may be handed to the native library, and the vocabulary in it.
 *
 * <p>The library aborts the process on some wrong descriptions, so everything that could make it do
 * so is refused here: parts that are not known, expressions that can take forever, numbers out of
 * range. What this project does by itself is taken out: start and end of text, truncation, padding.
 *
 * @param json what the library gets
 * @param ids of the pieces and added tokens
 * @param size one more than the highest id
 */
record TokenizerJson(ObjectNode json, Map<String, Integer> ids, int size) {
  /** No vocabulary comes near; an id is a row of a matrix. */
  static final int MOST_IDS = 1 << 24;

  private static final Set<String> NORMALIZERS =
      Set.of(
          "Sequence",
          "NFC",
          "NFD",
          "NFKC",
          "NFKD",
          "Nmt",
          "Lowercase",
          "Strip",
          "StripAccents",
          "Replace",
          "Prepend",
          "Precompiled",
          "BertNormalizer");
  private static final Set<String> CUTTERS =
      Set.of(
          "Sequence",
          "Split",
          "ByteLevel",
          "Whitespace",
          "WhitespaceSplit",
          "Metaspace",
          "BertPreTokenizer",
          "Digits",
          "Punctuation");
  private static final Set<String> DECODERS =
      Set.of(
          "Sequence",
          "ByteLevel",
          "ByteFallback",
          "Metaspace",
          "WordPiece",
          "BPEDecoder",
          "Fuse",
          "Replace",
          "Strip");

  /** A repeated group that may match in many ways, the usual cause of endless matching. */
  private static final Pattern REPEATED_GROUP = Pattern.compile("(?<!\\\\)\\)\\s*[*+{]");

  /** What a pattern that matches the empty text somewhere is likely to show it on. */
  private static final String PROBE = "A b,  c1 2.3-d_e'f\n\u3000\u00e9\u4e00!";

  static TokenizerJson check(ObjectNode original, String place) {
    try {
      ObjectNode json = original.deepCopy();
      json.putNull("truncation").putNull("padding").putNull("post_processor");
      checkPart(json.get("normalizer"), "normalizer", NORMALIZERS);
      checkPart(json.get("pre_tokenizer"), "pre_tokenizer", CUTTERS);
      checkPart(json.get("decoder"), "decoder", DECODERS);
      var ids = new HashMap<String, Integer>();
      checkModel(json.path("model"), ids);
      checkAdded(json.path("added_tokens"), ids);
      int size = 0;
      for (int id : ids.values()) {
        size = Math.max(size, id + 1);
      }
      if (size == 0) {
        throw new InputException("its vocabulary is empty");
      }
      return new TokenizerJson(json, ids, size);
    } catch (InputException e) {
      throw new InputException(place + ": not a usable tokenizer.json: " + e.getMessage(), e);
    }
  }

  OptionalInt id(String piece) {
    Integer id = ids.get(piece);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private static void checkPart(@Nullable JsonNode part, String name, Set<String> known) {
    if (part == null || part.isNull()) {
      return;
    }
    String type = part.path("type").asString("");
    if (!known.contains(type)) {
      throw new InputException(
          "'%s' has the type %s; known are %s"
              .formatted(name, Json.toLine(type), known.stream().sorted().toList()));
    }
    for (String list : new String[] {"normalizers", "pretokenizers", "decoders"}) {
      for (JsonNode child : part.path(list)) {
        checkPart(child, name, known);
      }
    }
    JsonNode pattern = part.path("pattern");
    if (!pattern.isMissingNode()) {
      checkPattern(pattern, name);
      if (type.equals("Replace") && pattern.has("Regex")) {
        checkNeverEmpty(pattern.path("Regex").asString(""), name);
      }
    }
    if (type.equals("Precompiled")) {
      checkRules(part.path("precompiled_charsmap"));
    }
    if (type.equals("Strip")
        && part.path("start").asInt(0) != 0
        && part.path("stop").asInt(0) != 0) {
      throw new InputException("'" + name + "' strips both ends of a token; one is supported");
    }
  }

  private static void checkPattern(JsonNode pattern, String name) {
    String regex = pattern.path("Regex").asString("");
    if (pattern.path("String").asString("").isEmpty() && regex.isEmpty()) {
      throw new InputException("'" + name + "' has an empty pattern");
    }
    if (regex.length() > 4096 || REPEATED_GROUP.matcher(regex).find()) {
      throw new InputException(
          "'%s' repeats a group in the pattern %s, which may take forever"
              .formatted(name, Json.toLine(regex)));
    }
  }

  /** Replacing nothing by something confuses the library's record of what stood where. */
  private static void checkNeverEmpty(String regex, String name) {
    try {
      if (Pattern.compile(regex).matcher(PROBE).results().anyMatch(m -> m.group().isEmpty())) {
        throw new InputException(
            "'%s' replaces %s, which matches between characters too"
                .formatted(name, Json.toLine(regex)));
      }
    } catch (PatternSyntaxException e) {
      throw new InputException(
          "'%s' replaces %s, which is no pattern".formatted(name, Json.toLine(regex)), e);
    }
  }

  private static void checkRules(JsonNode base64) {
    if (!base64.isString()) {
      throw new InputException("its normalisation rules, 'precompiled_charsmap', are missing");
    }
    try {
      CharacterRules.parse(Base64.getDecoder().decode(base64.asString()));
    } catch (IllegalArgumentException e) {
      throw new InputException("its normalisation rules are not base 64", e);
    }
  }

  private static void checkModel(JsonNode model, Map<String, Integer> ids) {
    String type = model.path("type").asString(model.has("merges") ? "BPE" : "");
    JsonNode vocabulary = model.path("vocab");
    switch (type) {
      case "BPE", "WordPiece", "WordLevel" -> {
        if (!vocabulary.isObject()) {
          throw new InputException("'model.vocab' is not an object");
        }
        vocabulary.properties().forEach(e -> ids.put(e.getKey(), id(e.getValue(), e.getKey())));
      }
      case "Unigram" -> checkUnigram(model, ids);
      default ->
          throw new InputException(
              "'model.type' is %s; known are BPE, Unigram, WordPiece, WordLevel"
                  .formatted(Json.toLine(type)));
    }
    if (type.equals("BPE")) {
      checkBytePairs(model);
    }
    String unknown = model.path("unk_token").asString("");
    if (!unknown.isEmpty() && !type.equals("Unigram") && !ids.containsKey(unknown)) {
      throw new InputException(
          "'model.unk_token' " + Json.toLine(unknown) + " is not in the vocabulary");
    }
  }

  private static void checkBytePairs(JsonNode model) {
    if (model.path("dropout").asDouble(0) != 0) {
      throw new InputException("'model.dropout' is not 0: ids would be random");
    }
    if (!model.path("continuing_subword_prefix").asString("").isEmpty()) {
      throw new InputException("'model.continuing_subword_prefix' is not supported for BPE");
    }
    if (!model.path("merges").isArray()) {
      throw new InputException("'model.merges' is not a list");
    }
  }

  private static void checkUnigram(JsonNode model, Map<String, Integer> ids) {
    for (JsonNode entry : model.path("vocab")) {
      String piece = entry.path(0).asString("");
      if (entry.size() != 2 || !entry.path(0).isString() || !entry.path(1).isNumber()) {
        throw new InputException("'model.vocab[%d]' is no [piece, score]".formatted(ids.size()));
      }
      if (!Double.isFinite(entry.path(1).asDouble(Double.NaN))) {
        throw new InputException("'model.vocab[%d]' has an endless score".formatted(ids.size()));
      }
      if (ids.putIfAbsent(piece, ids.size()) != null) {
        throw new InputException("'model.vocab' has " + Json.toLine(piece) + " twice");
      }
    }
    JsonNode unknown = model.path("unk_id");
    if (!unknown.isMissingNode() && !unknown.isNull() && id(unknown, "unk_id") >= ids.size()) {
      throw new InputException("'model.unk_id' is not in the vocabulary");
    }
  }

  private static void checkAdded(JsonNode added, Map<String, Integer> ids) {
    var seen = new HashMap<String, Integer>();
    for (JsonNode token : added) {
      String content = token.path("content").asString("");
      int id = id(token.path("id"), content);
      if (content.isEmpty() || seen.putIfAbsent(content, id) != null) {
        throw new InputException(
            "'added_tokens' has an empty token, or twice " + Json.toLine(content));
      }
      Integer inModel = ids.putIfAbsent(content, id);
      if (inModel != null && inModel != id) {
        throw new InputException(
            "the added token %s has the id %d, but %d in the model"
                .formatted(Json.toLine(content), id, inModel));
      }
    }
  }

  private static int id(JsonNode id, String piece) {
    if (!id.isInt() || id.asInt() < 0 || id.asInt() >= MOST_IDS) {
      throw new InputException("the id of " + Json.toLine(piece) + " is wrong");
    }
    return id.asInt();
  }
}
