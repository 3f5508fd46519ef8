package io.vlm4j.text;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * Text to token ids: a vocabulary and its model's {@link TokenizerRules}. Ids come with what the
 * model wants before and after a text; a text that is too long loses its tail, never its end of
 * text. Any number of threads may use one tokenizer.
 *
 * <p>A {@code tokenizer.json}, a {@code vocab.json} with {@code merges.txt} and OpenCLIP's list of
 * merges run in the Hugging Face tokenizers library; a SentencePiece {@code .model} runs in {@link
 * SentencePiece}. Names of special pieces in a text become those pieces, as in Python; for a {@code
 * .model} only where the folder's tokenizer is Llama's, else they are plain text.
 */
public final class Tokenizer implements AutoCloseable {
  /** Captions come back in every epoch; this many are not cut again. */
  private static final int CACHED = 1 << 16;

  private final Segmentation segmentation;
  private final TokenizerRules rules;
  private final TokenizerFiles files;
  private final Map<String, long[]> recent = new ConcurrentHashMap<>();
  private final OptionalLong startId;
  private final long endId;
  private final long padId;

  private Tokenizer(Segmentation segmentation, TokenizerRules rules, TokenizerFiles files) {
    this.segmentation = segmentation;
    this.rules = rules;
    this.files = files;
    try {
      endId = id(rules.end(), "end of text");
      startId =
          rules.start().isPresent()
              ? OptionalLong.of(id(rules.start().get(), "start of text"))
              : OptionalLong.empty();
      padId = rules.pad().isPresent() ? id(rules.pad().get(), "padding") : 0;
    } catch (InputException e) {
      segmentation.close();
      throw e;
    }
  }

  private long id(String piece, String purpose) {
    return segmentation
        .id(piece)
        .orElseThrow(() ->
            new InputException(
                "%s: the vocabulary has no %s for %s"
                    .formatted(files.place(), Json.toLine(piece), purpose)));
  }

  /** A tokenizer for a learned encoding, of texts of at most {@code contextLength} tokens. */
  public static Tokenizer of(BytePairs pairs, int contextLength) {
    return of(pairs, TokenizerRules.clip(contextLength));
  }

  /** A tokenizer for a learned encoding, by CLIP's rules or OpenCLIP's. */
  public static Tokenizer of(BytePairs pairs, TokenizerRules rules) {
    return of(
        pairs, rules, BytePairFiles.toFiles(pairs, rules.contextLength(), "learned tokenizer"));
  }

  private static Tokenizer of(BytePairs pairs, TokenizerRules rules, TokenizerFiles files) {
    ObjectNode json = BytePairFiles.describe(pairs, rules);
    return new Tokenizer(new LibrarySegmentation(json, files.place()), rules, files);
  }

  /**
   * The tokenizer of a model folder, by the rules that its files tell.
   *
   * @throws InputException if a file is missing or damaged, or if the files do not fit each other
   */
  public static Tokenizer read(Path folder, int contextLength) {
    return read(folder, TokenizerRules.of(folder, contextLength));
  }

  /**
   * The tokenizer of a folder, or of one file: {@code tokenizer.json}, {@code vocab.json} (beside a
   * {@code merges.txt}), a SentencePiece {@code .model}, or OpenCLIP's {@code
   * bpe_simple_vocab_16e6.txt.gz}.
   *
   * @throws InputException if a file is missing or damaged, or if the rules name a piece that the
   *     vocabulary does not have
   */
  public static Tokenizer read(Path folderOrFile, TokenizerRules rules) {
    TokenizerFiles files = TokenizerFiles.read(folderOrFile);
    Optional<String> model = files.first(TokenizerFiles.MODELS);
    boolean bringsMark = rules.cleaning().steps().contains(TextCleaning.Step.MARK);
    // SigLIP's ids are those of its SentencePiece model, even where a tokenizer.json lies beside.
    if (model.isPresent() && (bringsMark || !files.has("tokenizer.json"))) {
      String place = files.place(model.get());
      var pieces = new SentencePiece(SentencePieceModel.parse(files.bytes(model.get()), place));
      if (bringsMark) {
        return new Tokenizer(pieces.withoutDummyPrefix(), rules, files);
      }
      boolean isLlama = files.isFolder() && FolderRules.isLlama(files);
      return new Tokenizer(isLlama ? NamedPieces.of(pieces, files) : pieces, rules, files);
    }
    Optional<ObjectNode> json = files.object("tokenizer.json");
    if (json.isPresent()) {
      String place = files.place("tokenizer.json");
      Optional<BytePairs> pairs =
          rules.end().equals(TokenizerRules.OPEN_CLIP_END)
              ? BytePairFiles.of(json.get(), place)
              : Optional.empty();
      return pairs.isPresent()
          ? of(pairs.get(), rules, files)
          : new Tokenizer(new LibrarySegmentation(json.get(), place), rules, files);
    }
    if (files.has("vocab.json")) {
      Optional<ObjectNode> byteLevel = ByteLevelFiles.describe(files, rules);
      return byteLevel.isPresent()
          ? new Tokenizer(
              new LibrarySegmentation(byteLevel.get(), files.place("vocab.json")), rules, files)
          : of(BytePairFiles.read(files), rules, files);
    }
    Optional<String> list = files.first(TokenizerFiles.SIMPLE_VOCABULARIES);
    if (list.isPresent()) {
      BytePairs pairs = BytePairFiles.readSimple(files, list.get());
      return of(
          pairs,
          rules,
          BytePairFiles.toFiles(pairs, rules.contextLength(), files.place(list.get())));
    }
    throw new InputException(
        folderOrFile
            + ": no tokenizer: neither tokenizer.json, nor vocab.json with merges.txt, nor a"
            + " SentencePiece .model; a folder of OpenCLIP may rely on a vocabulary that is not in"
            + " it: bpe_simple_vocab_16e6.txt.gz, or the tokenizer files of any CLIP, are right");
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
    long[] pieces = segmentation.encode(rules.cleaning().clean(text));
    int before = startId.isPresent() ? 1 : 0;
    int kept = Math.min(pieces.length, contextLength() - before - 1);
    var ids = new long[before + kept + 1];
    startId.ifPresent(start -> ids[0] = start);
    System.arraycopy(pieces, 0, ids, before, kept);
    ids[before + kept] = endId;
    return ids;
  }

  /**
   * Token ids of a text without start and end, however many; names of special pieces in it are
   * those pieces: what a chat template made becomes a prompt.
   */
  public long[] pieces(String text) {
    return segmentation.encode(rules.cleaning().clean(text));
  }

  /** The tokens of a whole text, start and end included, however many the model takes. */
  public int length(String text) {
    int pieces = segmentation.encode(rules.cleaning().clean(text)).length;
    return (startId.isPresent() ? 1 : 0) + pieces + 1;
  }

  /** Token ids of several texts, i64 {@code [B, contextLength]}, padded to that length. */
  public Tensor encode(List<String> texts) {
    var ids = new long[Math.multiplyExact(texts.size(), contextLength())];
    Arrays.fill(ids, padId);
    int at = 0;
    for (String text : texts) {
      long[] tokens = encode(text);
      System.arraycopy(tokens, 0, ids, at, tokens.length);
      at += contextLength();
    }
    return Tensors.of(ids, texts.size(), contextLength());
  }

  /** The text of ids, without special tokens. */
  public String decode(long[] ids) {
    return segmentation.decode(ids);
  }

  /** How texts become rows of ids. */
  public TokenizerRules rules() {
    return rules;
  }

  /** The number of tokens that a text may have. */
  public int contextLength() {
    return rules.contextLength();
  }

  /** The number of ids, added tokens included: one more than the highest. */
  public int vocabularySize() {
    return segmentation.size();
  }

  /** The id of a piece; none if the vocabulary has no such piece. */
  public OptionalInt id(String piece) {
    return segmentation.id(piece);
  }

  /** The id that ends a text. */
  public long endId() {
    return endId;
  }

  /** The id that begins a text; none for models without one. */
  public OptionalLong startId() {
    return startId;
  }

  /** The id that fills a row behind a text. */
  public long padId() {
    return padId;
  }

  /**
   * Writes the tokenizer's files: those that it was read from, as they were, or for a learned one
   * what the Hugging Face loaders read. Rules that these files do not tell are put into {@code
   * tokenizer_config.json} under a key of our own, so that {@link #read(Path, int)} finds them.
   */
  public void write(Path folder) {
    files.write(folder);
    if (FolderRules.of(files.withoutOpenClip(), contextLength()).equals(rules)) {
      return;
    }
    ObjectNode config = files.object("tokenizer_config.json").orElseGet(Json::object);
    if (config.isEmpty()) {
      config.put("model_max_length", contextLength());
    }
    config.set(FolderRules.OURS, rules.toTree());
    AtomicFiles.writeString(folder.resolve("tokenizer_config.json"), Json.toText(config));
  }

  @Override
  public void close() {
    segmentation.close();
  }
}
