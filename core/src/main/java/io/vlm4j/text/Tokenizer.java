package io.vlm4j.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.tensor.Tensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Text to token ids, through the Hugging Face tokenizers library, from and to {@code
 * tokenizer.json}. Ids come with start and end of text; a text that is too long loses its tail,
 * never its end of text. Any number of threads may use one tokenizer.
 */
public final class Tokenizer implements AutoCloseable {
  static {
    // The library reports its use over the network unless both are set.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
  }

  /** Captions come back in every epoch; this many are not cut again. */
  private static final int CACHED = 1 << 16;

  private final String json;
  private final HuggingFaceTokenizer library;
  private final Map<String, long[]> recent = new ConcurrentHashMap<>();
  private final int contextLength;
  private final long endId;

  private Tokenizer(String json, int contextLength, String place) {
    this.json = json;
    this.contextLength = contextLength;
    try {
      library =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)),
              Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true"));
    } catch (IOException | RuntimeException e) {
      throw new InputException(place + ": not a usable tokenizer.json: " + e.getMessage(), e);
    }
    long[] empty = library.encode("").getIds();
    if (empty.length == 0) {
      throw new InputException(place + ": the tokenizer adds no end of text");
    }
    endId = empty[empty.length - 1];
  }

  /** A tokenizer for a learned encoding, of texts of at most {@code contextLength} tokens. */
  public static Tokenizer of(BytePairs pairs, int contextLength) {
    return new Tokenizer(Json.toLine(describe(pairs)), contextLength, "learned tokenizer");
  }

  /**
   * The tokenizer of a {@code tokenizer.json}, for texts of at most {@code contextLength} tokens.
   */
  public static Tokenizer read(Path file, int contextLength) {
    try {
      return new Tokenizer(Files.readString(file), contextLength, file.toString());
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /**
   * Token ids of one text, start and end included, at most the context length; not to be changed.
   */
  public long[] encode(String text) {
    long[] known = recent.get(text);
    if (known != null) {
      return known;
    }
    long[] ids = tokens(text);
    if (recent.size() < CACHED) {
      recent.put(text, ids);
    }
    return ids;
  }

  private long[] tokens(String text) {
    long[] ids = library.encode(text).getIds();
    if (ids.length > contextLength) {
      ids = Arrays.copyOf(ids, contextLength);
      ids[contextLength - 1] = endId;
    }
    return ids;
  }

  /** Token ids of several texts, i64 {@code [B, contextLength]}, padded with the end of text. */
  public Tensor encode(List<String> texts) {
    var ids = new long[texts.size() * contextLength];
    Arrays.fill(ids, endId);
    int at = 0;
    for (String text : texts) {
      long[] tokens = encode(text);
      System.arraycopy(tokens, 0, ids, at, tokens.length);
      at += contextLength;
    }
    return Tensors.of(ids, texts.size(), contextLength);
  }

  /** The text of ids, without special tokens. */
  public String decode(long[] ids) {
    return library.decode(ids, true);
  }

  /** The number of tokens that a text may have. */
  public int contextLength() {
    return contextLength;
  }

  /** The number of ids; start and end of text are the highest. */
  public int vocabularySize() {
    return Math.toIntExact(endId + 1);
  }

  /** The id that ends a text, and pads it. */
  public long endId() {
    return endId;
  }

  /** The id that begins a text. */
  public long startId() {
    return library.encode("").getIds()[0];
  }

  /** Writes {@code tokenizer.json} and the files that the Hugging Face loaders read beside it. */
  public void write(Path folder) {
    JsonNode tree = Json.parse(json);
    AtomicFiles.writeString(folder.resolve("tokenizer.json"), Json.toText(tree));
    ObjectNode special = Json.object();
    special.put("bos_token", BytePairs.START).put("eos_token", BytePairs.END);
    special.put("unk_token", BytePairs.END).put("pad_token", BytePairs.END);
    AtomicFiles.writeString(folder.resolve("special_tokens_map.json"), Json.toText(special));
    ObjectNode config = special.deepCopy();
    config.put("tokenizer_class", "CLIPTokenizer").put("model_max_length", contextLength);
    config.put("do_lower_case", true);
    AtomicFiles.writeString(folder.resolve("tokenizer_config.json"), Json.toText(config));
    JsonNode model = tree.path("model");
    AtomicFiles.writeString(folder.resolve("vocab.json"), Json.toLine(model.path("vocab")) + "\n");
    var merges = new StringBuilder("#version: 0.2\n");
    for (Iterator<JsonNode> it = model.path("merges").iterator(); it.hasNext(); ) {
      JsonNode merge = it.next();
      merges.append(
          merge.isArray()
              ? merge.path(0).asString() + " " + merge.path(1).asString()
              : merge.asString());
      merges.append('\n');
    }
    AtomicFiles.writeString(folder.resolve("merges.txt"), merges.toString());
  }

  @Override
  public void close() {
    library.close();
  }

  private static ObjectNode describe(BytePairs pairs) {
    int end = pairs.vocabulary().size() - 1;
    int start = end - 1;
    ObjectNode json = Json.object();
    json.put("version", "1.0").putNull("truncation").putNull("padding");
    var added = json.putArray("added_tokens");
    special(added.addObject(), start, BytePairs.START);
    special(added.addObject(), end, BytePairs.END);

    var normalizers = json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "NFC");
    ObjectNode spaces = normalizers.addObject().put("type", "Replace").put("content", " ");
    spaces.putObject("pattern").put("Regex", "\\s+");
    normalizers.addObject().put("type", "Lowercase");

    var cutters = json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    ObjectNode words = cutters.addObject().put("type", "Split").put("behavior", "Removed");
    words.put("invert", true).putObject("pattern").put("Regex", BytePairs.WORDS);
    byteLevel(cutters.addObject(), false);

    ObjectNode ends = json.putObject("post_processor").put("type", "RobertaProcessing");
    ends.putArray("sep").add(BytePairs.END).add(end);
    ends.putArray("cls").add(BytePairs.START).add(start);
    ends.put("trim_offsets", false).put("add_prefix_space", false);
    byteLevel(json.putObject("decoder"), true);

    ObjectNode model = json.putObject("model").put("type", "BPE").putNull("dropout");
    model.put("unk_token", BytePairs.END).put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "</w>").put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    pairs.vocabulary().forEach(vocabulary::put);
    var merges = model.putArray("merges");
    pairs.merges().forEach(pair -> merges.add(pair.left() + " " + pair.right()));
    return json;
  }

  private static void special(ObjectNode token, int id, String content) {
    token.put("id", id).put("content", content).put("single_word", false).put("lstrip", false);
    token.put("rstrip", false).put("normalized", false).put("special", true);
  }

  private static void byteLevel(ObjectNode node, boolean prefixSpace) {
    node.put("type", "ByteLevel").put("add_prefix_space", prefixSpace);
    node.put("trim_offsets", true).put("use_regex", true);
  }
}
