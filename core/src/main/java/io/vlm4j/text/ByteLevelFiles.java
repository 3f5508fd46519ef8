package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.text.BytePairs.Pair;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * GPT-2's byte pairs where a folder has no {@code tokenizer.json}, but a {@code vocab.json} and a
 * {@code merges.txt}. Unlike CLIP's, they keep case and spaces, and no piece marks the end of a
 * word.
 */
final class ByteLevelFiles {
  private ByteLevelFiles() {}

  /**
   * The {@code tokenizer.json} of such files; none if they are CLIP's.
   *
   * @param rules whose start, end and padding are special pieces
   * @throws InputException if the vocabulary lacks a byte or the piece of a merge
   */
  static Optional<ObjectNode> describe(TokenizerFiles files, TokenizerRules rules) {
    String place = files.place("vocab.json");
    ObjectNode json = files.object("vocab.json").orElseGet(Json::object);
    if (json.has(BytePairs.START)
        || json.properties().stream().anyMatch(entry -> entry.getKey().endsWith("</w>"))) {
      return Optional.empty();
    }
    Map<String, Integer> vocabulary = BytePairFiles.vocabulary(json, place);
    for (String symbol : BytePairs.SYMBOLS) {
      if (!vocabulary.containsKey(symbol)) {
        throw new InputException(
            "%s: the vocabulary has no piece %s: one for each byte is needed"
                .formatted(place, Json.toLine(symbol)));
      }
    }
    List<Pair> merges = BytePairFiles.merges(files, Integer.MAX_VALUE);
    BytePairFiles.requirePieces(vocabulary, merges, place);
    return Optional.of(tree(files, rules, json, vocabulary, merges));
  }

  private static ObjectNode tree(
      TokenizerFiles files,
      TokenizerRules rules,
      ObjectNode json,
      Map<String, Integer> vocabulary,
      List<Pair> merges) {
    ObjectNode tree = Json.object().put("version", "1.0").putNull("truncation").putNull("padding");
    added(files, rules, vocabulary, tree.putArray("added_tokens"));
    boolean prefix =
        files
            .object("tokenizer_config.json")
            .map(config -> config.path("add_prefix_space").asBoolean(false))
            .orElse(false);
    tree.putNull("normalizer").putNull("post_processor");
    BytePairFiles.byteLevel(tree.putObject("pre_tokenizer"), prefix);
    BytePairFiles.byteLevel(tree.putObject("decoder"), true);
    ObjectNode model = tree.putObject("model").put("type", "BPE").putNull("dropout");
    model.putNull("unk_token").put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false).set("vocab", json);
    var list = model.putArray("merges");
    merges.forEach(pair -> list.add(pair.left() + " " + pair.right()));
    return tree;
  }

  /** Special pieces, and those of {@code added_tokens.json}, which follow the vocabulary's. */
  private static void added(
      TokenizerFiles files,
      TokenizerRules rules,
      Map<String, Integer> vocabulary,
      ArrayNode added) {
    String place = files.place("added_tokens.json");
    var json = files.object("added_tokens.json").orElseGet(Json::object);
    var ids = new HashMap<>(BytePairFiles.vocabulary(json, place));
    Set<String> special = special(rules);
    for (String piece : special) {
      Integer id = vocabulary.get(piece);
      if (id != null) { // whoever needs one that is missing says so
        ids.put(piece, id);
      }
    }
    int next = vocabulary.size();
    for (var entry : ids.entrySet().stream().sorted(Map.Entry.comparingByValue()).toList()) {
      String piece = entry.getKey();
      int id = entry.getValue();
      if (!Integer.valueOf(id).equals(vocabulary.get(piece)) && id != next++) {
        throw new InputException(
            "%s: the id of %s is %d: added pieces follow the vocabulary's %d without gaps"
                .formatted(place, Json.toLine(piece), id, vocabulary.size()));
      }
      ObjectNode token = added.addObject();
      BytePairFiles.special(token, id, piece);
      token.put("special", special.contains(piece));
    }
  }

  private static Set<String> special(TokenizerRules rules) {
    var pieces = new LinkedHashSet<String>();
    rules.start().ifPresent(pieces::add);
    pieces.add(rules.end());
    rules.pad().ifPresent(pieces::add);
    return pieces;
  }
}
