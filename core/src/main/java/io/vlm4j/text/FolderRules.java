package io.vlm4j.text;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads {@link TokenizerRules} out of the configuration files of a model folder. */
final class FolderRules {
  /** Our own key in {@code tokenizer_config.json}, for rules that the other keys do not tell. */
  static final String OURS = "vlm4j";

  private static final String LLAMA = "LlamaTokenizer";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String OPEN_CLIP = "open_clip_config.json";

  private static final String GPT2 = "GPT2Tokenizer";
  private static final String CODE_GEN = "CodeGenTokenizer";

  /** Begins and ends a text where these classes are not told otherwise. */
  private static final String GPT2_END = "<|endoftext|>";

  private final TokenizerFiles files;
  private final ObjectNode config;
  private final int contextLength;

  private FolderRules(TokenizerFiles files, int contextLength) {
    this.files = files;
    this.contextLength = contextLength;
    config = files.object(CONFIG).orElseGet(Json::object);
  }

  static TokenizerRules of(TokenizerFiles files, int contextLength) {
    return new FolderRules(files, contextLength).rules();
  }

  private TokenizerRules rules() {
    if (config.get(OURS) instanceof ObjectNode ours) {
      return TokenizerRules.fromTree(ours, contextLength);
    }
    Optional<ObjectNode> openClip =
        files.has("config.json") ? Optional.empty() : files.object(OPEN_CLIP);
    if (openClip.isEmpty()) {
      return huggingFace();
    }
    JsonNode text = openClip.get().path("model_cfg").path("text_cfg");
    boolean isBuiltIn = text.path("hf_tokenizer_name").asString("").isEmpty();
    TokenizerRules rules = isBuiltIn ? TokenizerRules.openClip(contextLength) : huggingFace();
    String clean = text.path("tokenizer_kwargs").path("clean").asString("");
    return rules.withCleaning(
        switch (clean.isEmpty() ? (isBuiltIn ? "lower" : "whitespace") : clean) {
          case "lower" -> TextCleaning.OPEN_CLIP;
          case "whitespace" -> TextCleaning.OPEN_CLIP_CASED;
          case "canonicalize" -> TextCleaning.OPEN_CLIP_CANONICAL;
          default ->
              throw new InputException(
                  "%s: 'tokenizer_kwargs.clean' is %s, not one of lower, whitespace, canonicalize"
                      .formatted(files.place(), Json.toLine(clean)));
        });
  }

  /**
   * Whether transformers' tokenizer of these files is Llama's, which many others use too; where the
   * files do not say, the kind of the model beside them does.
   */
  static boolean isLlama(TokenizerFiles files) {
    return new FolderRules(files, Integer.MAX_VALUE).tokenizerClass().equals(LLAMA);
  }

  private String tokenizerClass() {
    String name = config.path("tokenizer_class").asString("").replaceFirst("Fast$", "");
    return name.isEmpty() ? classOfModel() : name;
  }

  /** What transformers' tokenizer of that class does. */
  private TokenizerRules huggingFace() {
    String name = tokenizerClass();
    return switch (name) {
      case "CLIPTokenizer" -> named(TokenizerRules.clip(contextLength));
      case "SiglipTokenizer" -> {
        TokenizerRules rules = named(TokenizerRules.sigLip(contextLength));
        yield config.path("do_lower_case").asBoolean(true)
            ? rules
            : rules.withCleaning(TextCleaning.parse("mark|punctuation|collapse"));
      }
      case "Siglip2Tokenizer" -> named(TokenizerRules.sigLip2(contextLength));
      // Older SigLIP 2 folders name Gemma's tokenizer, which does not know that it must lower-case.
      case "GemmaTokenizer" ->
          isSigLip() ? named(TokenizerRules.sigLip2(contextLength)) : fromTokenizerJson(name);
      case "T5Tokenizer" ->
          named(
              new TokenizerRules(
                  contextLength,
                  TextCleaning.NONE,
                  Optional.empty(),
                  "</s>",
                  Optional.of("<pad>")));
      default -> fromTokenizerJson(name);
    };
  }

  /** Older folders of language models name no class: their kind of model tells it. */
  private String classOfModel() {
    return switch (modelType()) {
      case "gpt2", "opt" -> GPT2;
      case "phi" -> CODE_GEN;
      default -> classOfVocabulary();
    };
  }

  private String classOfVocabulary() {
    boolean isBytePairs = files.has("vocab.json") || files.has("tokenizer.json");
    if (isBytePairs || !files.has(TokenizerFiles.MODELS)) {
      return "CLIPTokenizer";
    }
    return modelType().matches("(llama|llava|mi[sx]tral).*") ? LLAMA : "SiglipTokenizer";
  }

  private boolean isSigLip() {
    return !files.has("config.json") || modelType().startsWith("siglip");
  }

  private String modelType() {
    return files.object("config.json").orElseGet(Json::object).path("model_type").asString("");
  }

  /** A family's rules with the pieces that this folder names. */
  private TokenizerRules named(TokenizerRules family) {
    return new TokenizerRules(
        contextLength,
        family.cleaning(),
        family.start().map(start -> piece("bos_token").orElse(start)),
        piece("eos_token").orElse(family.end()),
        piece("pad_token").or(family::pad));
  }

  private Optional<String> piece(String key) {
    return piece(files, key);
  }

  /** The special piece that a folder's files name for a purpose such as {@code bos_token}. */
  static Optional<String> piece(TokenizerFiles files, String key) {
    for (String file : List.of(CONFIG, "special_tokens_map.json")) {
      JsonNode token = files.object(file).map(tree -> tree.path(key)).orElseGet(Json::object);
      String content = token.isObject() ? token.path("content").asString("") : token.asString("");
      if (!content.isEmpty()) {
        return Optional.of(content);
      }
    }
    return Optional.empty();
  }

  /** Start and end of text as the post-processor of the tokenizer.json adds them. */
  private TokenizerRules fromTokenizerJson(String name) {
    var before = new ArrayList<String>();
    var after = new ArrayList<String>();
    files
        .object("tokenizer.json")
        .ifPresent(json -> collectEnds(json.path("post_processor"), before, after));
    if (before.isEmpty() && config.path("add_bos_token").asBoolean(name.equals(LLAMA))) {
      piece("bos_token").or(() -> usual(name, "<s>")).ifPresent(before::add);
    }
    // A language model's end is written by the model, not put behind its prompts.
    if (after.isEmpty()) {
      piece("eos_token").or(() -> usual(name, "</s>")).ifPresent(after::add);
    }
    if (before.size() > 1 || after.size() != 1) {
      throw new InputException(
          "%s: start and end of text of a %s are not known: %s before and %s after a text"
              .formatted(
                  files.place(), Json.toLine(name), Json.toLine(before), Json.toLine(after)));
    }
    return new TokenizerRules(
        contextLength,
        TextCleaning.NONE,
        before.stream().findFirst(),
        after.getFirst(),
        piece("pad_token"));
  }

  /** What begins or ends texts where no file names it; only some tokenizers have a usual one. */
  private Optional<String> usual(String name, String llamas) {
    if (name.equals(GPT2) || name.equals(CODE_GEN)) {
      return Optional.of(GPT2_END);
    }
    return name.equals(LLAMA) && !files.has("tokenizer.json")
        ? Optional.of(llamas)
        : Optional.empty();
  }

  private static void collectEnds(JsonNode processor, List<String> before, List<String> after) {
    switch (processor.path("type").asString("")) {
      case "Sequence" ->
          processor.path("processors").forEach(child -> collectEnds(child, before, after));
      case "RobertaProcessing", "BertProcessing" -> {
        before.add(processor.path("cls").path(0).asString(""));
        after.add(processor.path("sep").path(0).asString(""));
      }
      case "TemplateProcessing" -> {
        List<String> side = before;
        for (JsonNode part : processor.path("single")) {
          if (part.has("Sequence")) {
            side = after;
          } else {
            side.add(part.path("SpecialToken").path("id").asString(""));
          }
        }
      }
      default -> {}
    }
  }
}
