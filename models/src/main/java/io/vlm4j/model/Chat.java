package io.vlm4j.model;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.text.ChatTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Device;
import tools.jackson.databind.JsonNode;

/**
 * Dialogues with a model: its chat template makes them texts, which it continues until an end of
 * turn. Any number of threads may use one object; the model writes for one at a time.
 */
public final class Chat implements AutoCloseable {
  /** Pieces that end a turn where a template writes them. */
  private static final List<String> TURN_ENDS = List.of("<|im_end|>", "<|eot_id|>");

  private final Pretrained bundle;
  private final Language language;
  private final ChatTemplate template;
  private final Set<Long> ends;

  /**
   * Bundles and takes over what belongs together.
   *
   * @param ends tokens that end an answer, beside the tokenizer's end of text and the ends of turns
   *     that the template writes
   * @throws InputException if the model is no language model
   */
  public Chat(Pretrained bundle, ChatTemplate template, Set<Long> ends) {
    this.bundle = bundle;
    this.template = template;
    language = bundle.language();
    var all = new HashSet<>(ends);
    all.add(bundle.tokenizer().endId());
    for (String piece : TURN_ENDS) {
      if (template.mentions(piece)) {
        bundle.tokenizer().id(piece).ifPresent(id -> all.add((long) id));
      }
    }
    this.ends = Set.copyOf(all);
  }

  /**
   * Reads a model folder. One without a chat template is spoken to plainly: "User: ... Assistant:".
   *
   * @throws InputException if a file is missing, damaged or does not fit the others
   */
  public static Chat load(Path folder, Device device, LoadOptions options) {
    ChatTemplate given = ChatTemplate.read(folder).orElse(null);
    var ends = new HashSet<Long>();
    for (String name : List.of("generation_config.json", "config.json")) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        JsonNode ids = Json.readObject(file).path("eos_token_id");
        (ids.isArray() ? ids : List.of(ids))
            .forEach(id -> {
              if (id.isIntegralNumber()) {
                ends.add(id.asLong());
              }
            });
      }
    }
    Pretrained bundle = Pretrained.load(folder, device, options);
    try {
      ChatTemplate template =
          given != null ? given : ChatTemplate.named("plain", bundle.tokenizer().rules().end());
      return new Chat(bundle, template, ends);
    } catch (RuntimeException e) {
      bundle.close();
      throw e;
    }
  }

  /** The model that answers. */
  public Pretrained model() {
    return bundle;
  }

  /** Answers the last message of a dialogue. */
  public Answer answer(Dialogue dialogue, AnswerOptions options, Language.Listener listener) {
    return answers(List.of(dialogue), options, List.of(listener)).getFirst();
  }

  /** Answers the last messages of several dialogues at once, each as it would be alone. */
  public List<Answer> answers(List<Dialogue> dialogues, AnswerOptions options) {
    return answers(
        dialogues, options, dialogues.stream().map(_ -> Language.Listener.NONE).toList());
  }

  private List<Answer> answers(
      List<Dialogue> dialogues, AnswerOptions options, List<Language.Listener> listeners) {
    if (dialogues.isEmpty()) {
      return List.of();
    }
    long[][] prompts =
        dialogues.stream()
            .map(dialogue -> language.prompt(template.render(dialogue.messages(), true)))
            .toArray(long[][]::new);
    if (dialogues.stream().anyMatch(dialogue -> !dialogue.pictures().isEmpty())) {
      throw new InputException("a " + bundle.spec().family().name() + " model reads no pictures");
    }
    return language.write(prompts, ends, options, listeners);
  }

  @Override
  public void close() {
    bundle.close();
  }
}
