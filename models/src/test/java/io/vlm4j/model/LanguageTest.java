package io.vlm4j.model;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.io.Json;
import io.vlm4j.model.Answer.Finish;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Role;
import io.vlm4j.text.Tokenizer;
import io.vlm4j.text.TokenizerRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class LanguageTest {
  private static final List<String> WORDS =
      List.of("a red circle a red circle", "two blue squares");

  private static Tokenizer tokenizer() {
    return Tokenizer.of(BytePairs.learn(WORDS, 520), TokenizerRules.clip(24));
  }

  /** A language model of random weights that are large enough to make it decided. */
  private static Pretrained language() {
    var tokenizer = tokenizer();
    ModelSpec<?> spec =
        ModelSpec.parse(Json.fromYaml(TinyModels.LLAMA, ObjectNode.class, "test"), "test")
            .withVocabulary(tokenizer.vocabularySize());
    Engine.seed(5);
    Model model = spec.create();
    try (var _ = new NoGrad();
        var _ = new Scope()) {
      model
          .parameters()
          .forEach((name, parameter) -> {
            if (!name.contains("norm")) {
              parameter.mul_(new Scalar(15.0f));
            }
          });
    }
    return new Pretrained(spec, model, tokenizer, null, Engine.device("cpu"));
  }

  @Test
  void whatIsHeardIsTheAnswerInWholeCharacters() {
    try (var model = language()) {
      var heard = new ArrayList<String>();
      Answer answer =
          model
              .language()
              .continued("a red", AnswerOptions.GREEDY.withMaxTokens(15), text -> heard.add(text));
      assertThat(String.join("", heard)).isEqualTo(answer.text());
      assertThat(answer.tokens()).isBetween(1, 15);
      assertThat(answer.promptTokens()).isEqualTo(model.tokenizer().encode("a red").length - 1);
      assertThat(answer.finish()).isIn(Finish.STOP, Finish.LENGTH);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"na\u00efve \u00fcber", "a \ud83d\ude00 circle", "\u4e2d\u6587 two", "red"})
  void charactersWaitForTheLastOfTheirBytes(String text) {
    try (var tokenizer = tokenizer()) {
      var stream = new TextStream(tokenizer, List.of());
      var told = new StringBuilder();
      long[] ids = tokenizer.pieces(text);
      for (long id : ids) {
        String piece = stream.add(id);
        assertThat(piece).doesNotContain("\ufffd");
        told.append(piece);
      }
      told.append(stream.finish());
      assertThat(told.toString()).isEqualTo(tokenizer.decode(ids)).isEqualTo(text);
      assertThat(stream.text()).isEqualTo(text);
    }
  }

  @Test
  void aStopStringIsNeitherToldNorItsBeginning() {
    try (var tokenizer = tokenizer()) {
      long[] ids = tokenizer.pieces("a red circle two blue squares a red");
      var stream = new TextStream(tokenizer, List.of("blue sq", "zzz"));
      var told = new StringBuilder();
      for (long id : ids) {
        told.append(stream.add(id));
        if (stream.isStopped()) {
          break;
        }
        assertThat(told.toString()).doesNotContain("b");
      }
      assertThat(stream.isStopped()).isTrue();
      assertThat(stream.finish()).isEmpty();
      assertThat(told.toString()).isEqualTo("a red circle two ");
      var other = new TextStream(tokenizer, List.of("squares!"));
      for (long id : ids) {
        other.add(id);
      }
      other.finish(); // what waited for the rest of a stop string is text after all
      assertThat(other.text()).isEqualTo("a red circle two blue squares a red");
    }
  }

  @Test
  void promptsOfDifferentLengthsAreContinuedAsEachAlone() {
    try (var model = language()) {
      var prompts = List.of("a", "a red circle two blue", "two blue");
      var options =
          new AnswerOptions(0.7, 0.9, 0, 0.5, 0.3, 11, 10, List.of("zz"), Map.of(3L, -2.0));
      List<Answer> together = model.language().continued(prompts, options);
      Answer first =
          model.language().continued(prompts.getFirst(), options, Language.Listener.NONE);
      assertThat(together.getFirst()).isEqualTo(first);
      var greedy = AnswerOptions.GREEDY.withMaxTokens(10);
      List<Answer> all = model.language().continued(prompts, greedy);
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(all.get(i))
            .isEqualTo(model.language().continued(prompts.get(i), greedy, Language.Listener.NONE));
      }
    }
  }

  @Test
  void whoeverListensMayEndTheAnswer() {
    try (var model = language()) {
      var options = AnswerOptions.GREEDY.withMaxTokens(15);
      var heard = new ArrayList<String>();
      Answer answer =
          model
              .language()
              .continued(
                  "a red",
                  options,
                  text -> {
                    heard.add(text);
                    return heard.size() < 2;
                  });
      assertThat(answer.finish()).isEqualTo(Finish.CANCELLED);
      assertThat(heard).hasSize(2);
      assertThatThrownBy(() ->
              model
                  .language()
                  .continued(
                      "a red",
                      options,
                      _ -> {
                        throw new IllegalStateException("gone");
                      }))
          .hasMessage("gone");
    }
  }

  @Test
  void theLikelihoodOfATextIsThatOfItsTokensAndItsEnd() {
    try (var model = language();
        var _ = new Scope();
        var _ = new NoGrad()) {
      var texts = List.of("a red circle", "two", "blue squares a red");
      double[] all = model.language().logLikelihoods(texts);
      for (int i = 0; i < texts.size(); i++) {
        long[] ids = model.tokenizer().encode(texts.get(i));
        Tensor logits = ((LanguageModel) model.model()).tokenLogits(Tensors.of(ids, 1, ids.length));
        float[] logs = Tensors.toFloats(logits.log_softmax(2));
        double sum = 0;
        for (int t = 0; t + 1 < ids.length; t++) {
          sum += logs[t * model.tokenizer().vocabularySize() + (int) ids[t + 1]];
        }
        assertThat(all[i]).isCloseTo(sum, within(1e-3));
      }
      assertRefused(() -> model.language().logLikelihood("red ".repeat(40)), "too long", "24");
    }
  }

  @Test
  void aPromptThatLeavesNoRoomIsRefused() {
    try (var model = language()) {
      assertRefused(
          () ->
              model
                  .language()
                  .continued("red ".repeat(40), AnswerOptions.GREEDY, Language.Listener.NONE),
          "no room",
          "24");
    }
  }

  @Test
  void aDialogueIsContinuedAsItsTemplateSays(@TempDir Path folder) {
    var template = ChatTemplate.named("plain", BytePairs.END);
    Dialogue dialogue =
        Dialogue.empty().and(Role.USER, "red?").and(Role.ASSISTANT, "blue").and(Role.USER, "two");
    assertThat(template.render(dialogue.messages(), true))
        .isEqualTo("User: red?\nAssistant: blue<|endoftext|>User: two\nAssistant:");
    Answer expected;
    var options = AnswerOptions.GREEDY.withMaxTokens(4);
    Dialogue question = Dialogue.empty().and(Role.USER, "two");
    try (var chat = new Chat(language(), template, Set.of())) {
      expected = chat.answer(question, options, Language.Listener.NONE);
      assertThat(expected)
          .isEqualTo(
              chat.model()
                  .language()
                  .continued("User: two\nAssistant:", options, Language.Listener.NONE));
      chat.model().save(folder.resolve("model"));
    }
    try (var chat = Chat.load(folder.resolve("model"), Engine.device("cpu"), LoadOptions.DEFAULT)) {
      assertThat(chat.answer(question, options, Language.Listener.NONE)).isEqualTo(expected);
      assertThat(chat.answers(List.of(question, question), options))
          .containsExactly(expected, expected);
    }
  }
}
