package io.vlm4j.text;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The bytes of the files that make a tokenizer, by name; kept, so that they can be written again as
 * they were.
 *
 * @param place where they are from, for messages
 * @param isFolder whether {@code place} holds the files, or is the one file itself
 */
record TokenizerFiles(SequencedMap<String, byte[]> content, String place, boolean isFolder) {
  /** SentencePiece models by the names that their publishers give them. */
  static final List<String> MODELS =
      List.of("spiece.model", "tokenizer.model", "sentencepiece.bpe.model", "sentencepiece.model");

  /** OpenCLIP's vocabulary, as it lies in its source tree. */
  static final List<String> SIMPLE_VOCABULARIES =
      List.of("bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt");

  private static final List<String> TOKENIZER =
      List.of(
          "tokenizer.json",
          "vocab.json",
          "merges.txt",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json");

  /** Read for what they say of the tokenizer, never written. */
  private static final List<String> CONFIGURATIONS =
      List.of("config.json", "open_clip_config.json");

  /** Gemma's tokenizer.json, the longest known, has 34 MB. */
  private static final long LONGEST = 256L << 20;

  /** The files of a folder, or a single file (with its merges.txt, if it is a vocab.json). */
  static TokenizerFiles read(Path path) {
    var content = new LinkedHashMap<String, byte[]>();
    boolean isFolder = Files.isDirectory(path);
    if (isFolder) {
      for (List<String> names : List.of(TOKENIZER, MODELS, SIMPLE_VOCABULARIES, CONFIGURATIONS)) {
        names.forEach(name -> readIfThere(path.resolve(name), name, content));
      }
    } else {
      String name = path.getFileName().toString();
      content.put(canonical(name), bytes(path));
      if (name.equals("vocab.json")) {
        readIfThere(path.resolveSibling("merges.txt"), "merges.txt", content);
      }
    }
    return new TokenizerFiles(content, path.toString(), isFolder);
  }

  /** A single file may have any name; its ending says what it is. */
  private static String canonical(String name) {
    if (name.endsWith(".model")) {
      return MODELS.contains(name) ? name : MODELS.getFirst();
    }
    if (name.endsWith(".txt.gz")) {
      return SIMPLE_VOCABULARIES.getFirst();
    }
    if (name.endsWith(".txt")) {
      return SIMPLE_VOCABULARIES.getLast();
    }
    return name.equals("vocab.json") ? name : "tokenizer.json";
  }

  private static void readIfThere(Path file, String name, SequencedMap<String, byte[]> content) {
    if (Files.isRegularFile(file)) {
      content.put(name, bytes(file));
    }
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > LONGEST) {
        throw new InputException(file + ": too long for a tokenizer file");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  boolean has(String name) {
    return content.containsKey(name);
  }

  boolean has(List<String> names) {
    return names.stream().anyMatch(this::has);
  }

  /** The first of the names that is here. */
  Optional<String> first(List<String> names) {
    return names.stream().filter(this::has).findFirst();
  }

  byte[] bytes(String name) {
    byte[] bytes = content.get(name);
    if (bytes == null) {
      throw new InputException(place + ": has no " + name);
    }
    return bytes;
  }

  String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /** The object in a JSON file, if the file is here. */
  Optional<ObjectNode> object(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    JsonNode tree;
    try {
      tree = Json.parse(text(name));
    } catch (InputException e) {
      throw new InputException(place(name) + ": " + e.getMessage(), e);
    }
    if (tree instanceof ObjectNode object) {
      return Optional.of(object);
    }
    throw new InputException(place(name) + ": expected a JSON object");
  }

  /** A file's name in messages. */
  String place(String name) {
    return isFolder ? place + "/" + name : place;
  }

  /** What a model folder in the Hugging Face layout would tell. */
  TokenizerFiles withoutOpenClip() {
    var others = new LinkedHashMap<>(content);
    others.remove("open_clip_config.json");
    return new TokenizerFiles(others, place, isFolder);
  }

  /** Writes the tokenizer's own files, not the configurations. */
  void write(Path folder) {
    content.forEach((name, bytes) -> {
      if (!CONFIGURATIONS.contains(name)) {
        AtomicFiles.writeFile(folder.resolve(name), path -> Files.write(path, bytes));
      }
    });
  }
}
