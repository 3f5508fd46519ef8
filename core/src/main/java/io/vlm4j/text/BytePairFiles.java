package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.text.BytePairs.Pair;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** CLIP's byte pairs in their files: vocab.json and merges.txt, tokenizer.json, OpenCLIP's list. */
final class BytePairFiles {
  /** CLIP reads no more merges than its vocabulary of 49,408 has, whatever the file holds. */
  private static final int MERGES = 49408 - 2 * 256 - 2;

  /** OpenCLIP's list has 3 MB; what unpacks to more is something else. */
  private static final int LONGEST = 16 << 20;

  private BytePairFiles() {}

  /** {@code vocab.json} and {@code merges.txt}. */
  static BytePairs read(TokenizerFiles files) {
    String place = files.place("vocab.json");
    ObjectNode json = files.object("vocab.json").orElseGet(Json::object);
    return checked(vocabulary(json, place), merges(files, MERGES), place);
  }

  /** The merges of a {@code merges.txt}, with or without a title; at most so many. */
  static List<Pair> merges(TokenizerFiles files, int most) {
    List<String> lines = files.text("merges.txt").lines().toList();
    boolean hasTitle = !lines.isEmpty() && lines.getFirst().startsWith("#version");
    return pairs(lines, hasTitle ? 1 : 0, most, files.place("vocab.json"));
  }

  /** {@code bpe_simple_vocab_16e6.txt.gz}: a title, then merges; the ids follow from them. */
  static BytePairs readSimple(TokenizerFiles files, String name) {
    String place = files.place(name);
    byte[] bytes = files.bytes(name);
    try (InputStream in =
        name.endsWith(".gz")
            ? new GZIPInputStream(new ByteArrayInputStream(bytes))
            : new ByteArrayInputStream(bytes)) {
      byte[] text = in.readNBytes(LONGEST + 1);
      if (text.length > LONGEST) {
        throw new InputException(place + ": too long for a list of merges");
      }
      List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();
      return BytePairs.of(pairs(lines, 1, MERGES, place));
    } catch (IOException e) {
      throw new InputException(place + ": not a gzip file, or a damaged one", e);
    }
  }

  /** The byte pairs of a CLIP's {@code tokenizer.json}; none if it is of another kind. */
  static Optional<BytePairs> of(ObjectNode tokenizer, String place) {
    JsonNode model = tokenizer.path("model");
    if (!model.path("end_of_word_suffix").asString("").equals("</w>")
        || !(model.path("vocab") instanceof ObjectNode vocabulary)) {
      return Optional.empty();
    }
    var merges = new ArrayList<String>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray()
              ? merge.path(0).asString("") + " " + merge.path(1).asString("")
              : merge.asString(""));
    }
    return Optional.of(
        checked(vocabulary(vocabulary, place), pairs(merges, 0, MERGES, place), place));
  }

  static Map<String, Integer> vocabulary(ObjectNode json, String place) {
    var vocabulary = new LinkedHashMap<String, Integer>();
    json.properties()
        .forEach(entry -> {
          if (!entry.getValue().isInt()) {
            throw new InputException(
                "%s: the id of %s is no number".formatted(place, Json.toLine(entry.getKey())));
          }
          vocabulary.put(entry.getKey(), entry.getValue().asInt());
        });
    return vocabulary;
  }

  private static List<Pair> pairs(List<String> lines, int from, int most, String place) {
    var pairs = new ArrayList<Pair>();
    for (int i = from; i < lines.size() && pairs.size() < most; i++) {
      String line = lines.get(i);
      if (line.isBlank()) {
        continue;
      }
      String[] parts = line.split(" ", -1);
      if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
        throw new InputException(
            "%s: line %d of the merges is not two pieces: '%s'".formatted(place, i + 1, line));
      }
      pairs.add(new Pair(parts[0], parts[1]));
    }
    return pairs;
  }

  private static BytePairs checked(
      Map<String, Integer> vocabulary, List<Pair> merges, String place) {
    for (String piece : List.of(BytePairs.START, BytePairs.END)) {
      if (!vocabulary.containsKey(piece)) {
        throw new InputException(place + ": the vocabulary has no " + piece);
      }
    }
    requirePieces(vocabulary, merges, place);
    return new BytePairs(vocabulary, List.copyOf(merges));
  }

  /** Refuses merges of pieces that there are not, or into such. */
  static void requirePieces(Map<String, Integer> vocabulary, List<Pair> merges, String place) {
    for (Pair pair : merges) {
      for (String piece : List.of(pair.left(), pair.right(), pair.joined())) {
        if (!vocabulary.containsKey(piece)) {
          throw new InputException(
              "%s: the merge '%s %s' needs the piece '%s', which the vocabulary does not have"
                  .formatted(place, pair.left(), pair.right(), piece));
        }
      }
    }
  }

  /**
   * The {@code tokenizer.json} of byte pairs: CLIP's as Hugging Face writes it.
   *
   * @param rules whose names start and end of text get; texts that they do not clean are normalised
   *     by the tokenizer itself
   */
  static ObjectNode describe(BytePairs pairs, TokenizerRules rules) {
    String startName = rules.start().orElse(BytePairs.START);
    int end = pairs.id(BytePairs.END);
    int start = pairs.id(BytePairs.START);
    ObjectNode json = Json.object();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    var added = json.putArray("added_tokens");
    special(added.addObject(), start, startName);
    special(added.addObject(), end, rules.end());

    if (rules.cleaning().steps().isEmpty()) {
      normalize(json.putObject("normalizer"));
    } else {
      json.putNull("normalizer");
    }
    var cutters = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode words = cutters.addObject().put("type", "Split").put("behavior", "Removed");
    words.put("invert", true).putObject("pattern").put("Regex", BytePairs.WORDS);
    byteLevel(cutters.addObject(), false);

    ObjectNode ends = json.putObject("post_processor").put("type", "RobertaProcessing");
    ends.putArray("sep").add(rules.end()).add(end);
    ends.putArray("cls").add(startName).add(start);
    ends.put("trim_offsets", false).put("add_prefix_space", false);
    byteLevel(json.putObject("decoder"), true);

    ObjectNode model = json.putObject("model").put("type", "BPE").putNull("dropout");
    model.put("unk_token", rules.end()).put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "</w>").put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    pairs
        .vocabulary()
        .forEach((piece, id) ->
            vocabulary.put(id == end ? rules.end() : id == start ? startName : piece, id));
    var merges = model.putArray("merges");
    pairs.merges().forEach(pair -> merges.add(pair.left() + " " + pair.right()));
    return json;
  }

  private static void normalize(ObjectNode normalizer) {
    var normalizers = normalizer.put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "NFC");
    ObjectNode spaces = normalizers.addObject().put("type", "Replace").put("content", " ");
    spaces.putObject("pattern").put("Regex", "\\s+");
    normalizers.addObject().put("type", "Lowercase");
  }

  static void special(ObjectNode token, int id, String content) {
    token.put("id", id).put("content", content).put("single_word", false).put("lstrip", false);
    token.put("rstrip", false).put("normalized", false).put("special", true);
  }

  static void byteLevel(ObjectNode node, boolean prefixSpace) {
    node.put("type", "ByteLevel").put("add_prefix_space", prefixSpace);
    node.put("trim_offsets", true).put("use_regex", true);
  }

  /** The five files that the Hugging Face loaders read, for byte pairs of our own. */
  static TokenizerFiles toFiles(BytePairs pairs, int contextLength, String place) {
    var content = new LinkedHashMap<String, byte[]>();
    ObjectNode json = describe(pairs, TokenizerRules.clip(contextLength));
    content.put("tokenizer.json", utf8(Json.toText(json)));
    ObjectNode special = Json.object();
    special.put("bos_token", BytePairs.START).put("eos_token", BytePairs.END);
    special.put("unk_token", BytePairs.END).put("pad_token", BytePairs.END);
    content.put("special_tokens_map.json", utf8(Json.toText(special)));
    ObjectNode config = special.deepCopy();
    config.put("tokenizer_class", "CLIPTokenizer").put("model_max_length", contextLength);
    config.put("do_lower_case", true);
    content.put("tokenizer_config.json", utf8(Json.toText(config)));
    content.put("vocab.json", utf8(Json.toLine(json.path("model").path("vocab")) + "\n"));
    var merges = new StringBuilder("#version: 0.2\n");
    pairs
        .merges()
        .forEach(pair -> merges.append(pair.left()).append(' ').append(pair.right()).append('\n'));
    content.put("merges.txt", utf8(merges.toString()));
    return new TokenizerFiles(content, place, false);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
