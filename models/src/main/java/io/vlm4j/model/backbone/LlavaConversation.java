package io.vlm4j.model.backbone;

import io.vlm4j.io.InputException;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * The conversations that LLaVA's own code has for its checkpoints, which bring no chat template: it
 * tells by words in the model's name which one a model was trained on. Here the name is that of the
 * folder, then that of the repository in whose cache it lies, then {@code _name_or_path} of the
 * configuration; a name with none of the words leads on to the next.
 */
enum LlavaConversation {
  /** LLaVA-1.5 and 1.6 with Vicuna, and what no name tells. */
  VICUNA_V1(
      "v1",
      """
      {% if not messages or messages[0].role != 'system' %}\
      {{ "A chat between a curious user and an artificial intelligence assistant. The assistant \
      gives helpful, detailed, and polite answers to the user's questions. " }}{% endif %}\
      {% for m in messages %}\
      {% if m.role == 'system' %}{{ m.content + ' ' }}\
      {% elif m.role == 'user' %}{{ 'USER: ' + CONTENT + ' ' }}\
      {% else %}{{ 'ASSISTANT: ' + m.content + '</s>' }}{% endif %}\
      {% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}\
      """),

  /** LLaVA-1 with Llama 2. */
  LLAVA_LLAMA_2(
      "llama-2",
      instructions(
          "You are a helpful language and vision assistant. You are able to understand the visual"
              + " content that the user provides, and assist the user with a variety of tasks using"
              + " natural language.")),

  /** LLaVA-1.6 with Mistral. */
  MISTRAL_INSTRUCT("mistral", instructions("")),

  /** LLaVA-1.6 with Yi-34B. */
  CHATML_DIRECT(
      "v1.6-34b",
      """
      {% if not messages or messages[0].role != 'system' %}\
      {{ '<|im_start|>system\\nAnswer the questions.<|im_end|>' }}{% endif %}\
      {% for m in messages %}\
      {{ '<|im_start|>' + m.role + '\\n' + CONTENT + '<|im_end|>' }}\
      {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}\
      """);

  /** In the order in which that code looks for the words. */
  private static final List<LlavaConversation> ORDER =
      List.of(LLAVA_LLAMA_2, MISTRAL_INSTRUCT, CHATML_DIRECT, VICUNA_V1);

  private static final Pattern CACHED =
      Pattern.compile(".*models--(?:.*--)?([^/]+)/snapshots/[^/]+");
  private static final List<String> MARKS = List.of("<im_start>", "<im_end>");

  private final String word;
  private final String source;

  LlavaConversation(String word, String source) {
    this.word = word;
    this.source = source;
  }

  /** Turns in Llama 2's brackets, the instructions in those of the first. */
  private static String instructions(String usual) {
    return """
    {% set system = 'USUAL' %}{% set turns = messages %}\
    {% if messages and messages[0].role == 'system' %}\
    {% set system = messages[0].content %}{% set turns = messages[1:] %}{% endif %}\
    {% if system %}{% set system = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' %}{% endif %}\
    {% for m in turns %}{% if m.role == 'user' %}\
    {{ ('[INST] ' + system if loop.first else 'START[INST] ') + CONTENT + ' [/INST]' }}\
    {% else %}{{ ' ' + m.content + ' </s>' }}{% endif %}{% endfor %}\
    """
        .replace("USUAL", usual)
        .replace("START", usual.isEmpty() ? "" : "<s>");
  }

  /**
   * The template of a checkpoint.
   *
   * @throws InputException if it marks pictures by pieces that its tokenizer has not
   */
  static ChatTemplate of(Path folder, ObjectNode json) {
    LlavaConversation conversation = named(names(folder, json));
    String content = "m.content";
    if (json.path("mm_use_im_start_end").asBoolean(false)) {
      requireMarks(folder);
      String marked = String.join(ChatTemplate.PICTURE, MARKS);
      content = "m.content | replace('%s', '%s')".formatted(ChatTemplate.PICTURE, marked);
    }
    String name = conversation.name().toLowerCase(Locale.ROOT);
    return ChatTemplate.of(conversation.source.replace("CONTENT", "(" + content + ")"), name);
  }

  /** The first that a name tells. */
  static LlavaConversation named(List<String> names) {
    for (String name : names) {
      for (LlavaConversation each : ORDER) {
        if (name.toLowerCase(Locale.ROOT).contains(each.word)) {
          return each;
        }
      }
    }
    return VICUNA_V1;
  }

  /** What the model may be called, the most telling first. */
  static List<String> names(Path folder, ObjectNode json) {
    var names = new ArrayList<String>();
    Path whole = folder.toAbsolutePath().normalize();
    String last = String.valueOf(whole.getFileName());
    Path parent = whole.getParent();
    names.add(
        last.startsWith("checkpoint-") && parent != null
            ? String.valueOf(parent.getFileName())
            : last);
    Matcher cached = CACHED.matcher(whole.toString().replace('\\', '/'));
    if (cached.matches()) {
      names.set(0, cached.group(1)); // the last is a commit, which may hold any letters
    }
    names.add(json.path("_name_or_path").asString(""));
    names.add(json.path("model_type").asString(""));
    return names;
  }

  private static void requireMarks(Path folder) {
    try (Tokenizer tokenizer = Tokenizer.read(folder, 2048)) {
      for (String mark : MARKS) {
        if (tokenizer.id(mark).isEmpty()) {
          throw new InputException(
              "%s: 'mm_use_im_start_end' is true, but the tokenizer has no %s, which"
                      .formatted(folder, mark)
                  + " added_tokens.json should give an id");
        }
      }
    }
  }
}
