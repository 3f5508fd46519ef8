package io.vlm4j.model;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.dialogue.DialogueRows;
import io.vlm4j.dialogue.PictureReader;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.Json;
import io.vlm4j.objective.NextTokenLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;

/**
 * Dialogues with a model: its chat template makes them texts, which it continues until an end of
 * turn. Any number of threads may use one object; the model writes for one at a time.
 */
public final class Chat implements Answerer, AnswerLikelihood, AutoCloseable {
  private static final AnswerOptions SHORT = AnswerOptions.GREEDY.withMaxTokens(32);
  private static final int BATCH = 32;

  /** Pieces that end a turn where a template writes them. */
  private static final List<String> TURN_ENDS = List.of("<|im_end|>", "<|eot_id|>");

  private final Pretrained bundle;
  private final Language language;
  private final ChatTemplate template;
  private final Set<Long> ends;
  private final DialogueRows rows;

  /**
   * Bundles and takes over what belongs together.
   *
   * @param ends tokens that end an answer, beside the tokenizer's end of text and the ends of turns
   *     that the template writes
   * @throws io.vlm4j.io.InputException if the model is no language model
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
    PictureReader sees =
        bundle.model() instanceof PictureLanguageModel model ? model.pictures() : null;
    rows =
        new DialogueRows(
            template,
            bundle.tokenizer(),
            sees,
            sees == null ? null : bundle.preprocessing(),
            bundle.spec().contextLength());
  }

  /**
   * Reads a model folder. One without a chat template is spoken to as its family learns dialogues,
   * or else plainly: "User: ... Assistant:".
   *
   * @throws io.vlm4j.io.InputException if a file is missing, damaged or does not fit the others
   */
  public static Chat load(Path folder, Device device, LoadOptions options) {
    ModelFolder files = ModelFolder.open(folder);
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
    Pretrained bundle = Pretrained.load(files, device, options);
    try {
      String end = bundle.tokenizer().rules().end();
      ChatTemplate template =
          given != null
              ? given
              : files.chatTemplate(end).orElseGet(() -> ChatTemplate.named("plain", end));
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

  /** Short answers, each in a dialogue of its own; the most probable tokens. */
  @Override
  public List<String> answers(List<Pixels> pictures, List<String> questions) {
    return shortAnswers(questions, i -> List.of(pictures.get(i)));
  }

  /** The same about several pictures each, which stand before the question. */
  @Override
  public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
    return shortAnswers(questions, clips::get);
  }

  /** The same model, which is shown no picture: what it can tell from questions alone. */
  public Answerer blind() {
    return new Answerer() {
      @Override
      public List<String> answers(List<Pixels> pictures, List<String> questions) {
        return shortAnswers(questions, _ -> List.of());
      }

      @Override
      public List<String> answersToClips(List<List<Pixels>> clips, List<String> questions) {
        return shortAnswers(questions, _ -> List.of());
      }
    };
  }

  @Override
  public double[] answerLogLikelihoods(
      List<Pixels> pictures, List<String> questions, List<String> answers) {
    var all = new double[answers.size()];
    for (int from = 0; from < all.length; from += BATCH) {
      var lessons = new ArrayList<DialogueRows.Row>();
      for (int i = from; i < Math.min(all.length, from + BATCH); i++) {
        lessons.add(
            rows.lesson(
                Dialogue.empty()
                    .and(Role.USER, List.of(pictures.get(i)), questions.get(i))
                    .and(Role.ASSISTANT, answers.get(i))));
      }
      float[] some = bundle.alone(() -> logLikelihoods(lessons));
      for (int i = 0; i < some.length; i++) {
        all[from + i] = some[i];
      }
    }
    return all;
  }

  private float[] logLikelihoods(List<DialogueRows.Row> lessons) {
    var model = (PictureLanguageModel) bundle.model();
    try (var _ = new Scope();
        var _ = new NoGrad();
        Batch batch = rows.lessons(lessons).to(bundle.device())) {
      Tensor labels = batch.get(Batch.LABELS);
      long length = labels.size(1);
      Tensor logits = Tensors.slice(model.tokenLogits(batch), 1, 0, length - 1);
      return Tensors.toFloats(
          NextTokenLoss.logLikelihood(logits, Tensors.slice(labels, 1, 1, length), Batch.IGNORED));
    }
  }

  private List<String> shortAnswers(
      List<String> questions, IntFunction<List<Pixels>> picturesOfQuestion) {
    var answers = new ArrayList<String>();
    for (int from = 0; from < questions.size(); from += BATCH) {
      var dialogues = new ArrayList<Dialogue>();
      for (int i = from; i < Math.min(questions.size(), from + BATCH); i++) {
        dialogues.add(
            Dialogue.empty().and(Role.USER, picturesOfQuestion.apply(i), questions.get(i)));
      }
      answers(dialogues, SHORT).forEach(answer -> answers.add(answer.text().strip()));
    }
    return answers;
  }

  private List<Answer> answers(
      List<Dialogue> dialogues, AnswerOptions options, List<Language.Listener> listeners) {
    if (dialogues.isEmpty()) {
      return List.of();
    }
    List<DialogueRows.Row> prompts = dialogues.stream().map(rows::prompt).toList();
    if (prompts.stream().allMatch(row -> row.views().isEmpty())) {
      long[][] ids = prompts.stream().map(DialogueRows.Row::ids).toArray(long[][]::new);
      return language.write(ids, ends, options, listeners);
    }
    var model = (PictureLanguageModel) bundle.model();
    long[][] ids =
        prompts.stream()
            .map(row -> words(row.ids(), model.pictures().pictureId()))
            .toArray(long[][]::new);
    try (Batch batch = rows.prompts(prompts).to(bundle.device())) {
      return language.write(() -> model.texts(batch), ids, ends, options, listeners);
    }
  }

  /** Places of pictures are no tokens of the vocabulary; penalties see the start of text there. */
  private static long[] words(long[] ids, long pictureId) {
    return Arrays.stream(ids).map(id -> id == pictureId ? Math.max(0, ids[0]) : id).toArray();
  }

  @Override
  public void close() {
    bundle.close();
  }
}
