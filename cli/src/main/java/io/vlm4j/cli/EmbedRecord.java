package io.vlm4j.cli;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.Digests;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a folder of embeddings was made of and how, kept in its {@code embed.json}: partitions of
 * another making are never mixed in.
 *
 * @param model what the user called it
 * @param modelHash SHA-256 of its files
 * @param inputs the folders and files that were named
 * @param inputsHash SHA-256 of the pictures' names and the texts
 * @param count the number of inputs
 * @param captions whether captions were embedded with pictures
 * @param dtype of the vectors, f16 or f32
 * @param partition inputs in each partition but the last
 */
record EmbedRecord(
    String model,
    String modelHash,
    List<String> inputs,
    String inputsHash,
    int count,
    boolean captions,
    String dtype,
    int partition) {
  private static final String FILE = "embed.json";
  private static final Pattern MODEL_FILES =
      Pattern.compile("[^.].*\\.(json|safetensors|bin|pt|pth|txt|gz|model)");

  /** What a folder says of itself; nothing if something else has made it. */
  static Optional<EmbedRecord> read(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(Json.fromTree(Json.readObject(file), EmbedRecord.class, file.toString()))
        : Optional.empty();
  }

  /**
   * Begins a folder, or continues one that was made in the same way.
   *
   * @throws InputException if the folder holds embeddings of another making
   */
  void claim(Path folder) {
    Optional<EmbedRecord> before = read(folder);
    if (before.isPresent()) {
      requireSame(before.get(), folder);
      return;
    }
    for (String part : List.of("img_emb", "text_emb", "metadata")) {
      if (Files.exists(folder.resolve(part))) {
        throw new InputException(
            folder + " holds embeddings without " + FILE + ": choose another --out");
      }
    }
    AtomicFiles.writeString(folder.resolve(FILE), Json.toText(Json.toTree(this)));
  }

  /** Names may differ, contents may not. */
  private void requireSame(EmbedRecord before, Path folder) {
    JsonNode was = Json.toTree(before);
    JsonNode is = Json.toTree(this);
    for (String key : List.of("dtype", "partition", "captions", "count")) {
      if (!was.path(key).equals(is.path(key))) {
        throw new InputException(
            "%s was begun with %s %s, not %s: continue it in the same way, or choose another --out"
                .formatted(folder, key, was.path(key).asString(), is.path(key).asString()));
      }
    }
    if (!modelHash.equals(before.modelHash)) {
      throw new InputException(
          "%s was begun with another model (%s): use it, or choose another --out"
              .formatted(folder, before.model));
    }
    if (!inputsHash.equals(before.inputsHash)) {
      throw new InputException(
          "%s was begun with other inputs (%s): use them, or choose another --out"
              .formatted(folder, String.join(", ", before.inputs)));
    }
  }

  /** SHA-256 of what pictures are called, and of texts. */
  static String hash(List<EmbedInput.Row> rows) {
    MessageDigest digest = Digests.sha256();
    for (EmbedInput.Row row : rows) {
      update(digest, String.valueOf(row.picture()));
      update(digest, String.valueOf(row.caption()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of a model folder's files: weights, configuration, tokenizer. */
  static String hash(Path model) {
    MessageDigest digest = Digests.sha256();
    var chunk = new byte[1 << 18];
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        if (!MODEL_FILES.matcher(name).matches() || !Files.isRegularFile(file)) {
          continue;
        }
        update(digest, name);
        digest.update(ByteBuffer.allocate(8).putLong(Files.size(file)).flip());
        try (var stream = Files.newInputStream(file)) {
          for (int length = stream.read(chunk); length >= 0; length = stream.read(chunk)) {
            digest.update(chunk, 0, length);
          }
        }
      }
    } catch (IOException e) {
      throw Json.cannotRead(model, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
    digest.update(bytes);
  }
}
