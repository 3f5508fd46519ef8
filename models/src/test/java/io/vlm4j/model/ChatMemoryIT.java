package io.vlm4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.io.Json;
import io.vlm4j.tensor.Engine;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.ResidentMemory;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Role;
import io.vlm4j.text.Tokenizer;
import io.vlm4j.text.TokenizerRules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.ObjectNode;

@ExtendWith(OneThread.class)
class ChatMemoryIT {
  private static final int EARLY = 100;
  private static final int LATE = 1000;
  private static final long PAGES_OF_10_MB = 10 * 1_000_000 / 4096;

  @Test
  void residentMemoryIsFlatOverAThousandChats() {
    ResidentMemory.assumeKnown();
    try (var chat = chat()) {
      long early = 0;
      for (int i = 1; i <= LATE; i++) {
        talk(chat, i);
        if (i == EARLY) {
          early = ResidentMemory.pages();
        }
      }
      long late = ResidentMemory.pages();
      assertThat(late)
          .as("pages resident after %d and %d chats: %d, %d", EARLY, LATE, early, late)
          .isLessThan(early + Math.max(early / 20, PAGES_OF_10_MB));
    }
  }

  /** Two turns of different lengths, the second cut short by whoever listens, and both at once. */
  private static void talk(Chat chat, int number) {
    String question = "a red circle ".repeat(1 + number % 9).strip();
    var options = AnswerOptions.GREEDY.withMaxTokens(8);
    Dialogue asked = Dialogue.empty().and(Role.USER, question);
    Answer answer = chat.answer(asked, options, Language.Listener.NONE);
    Dialogue again = asked.and(Role.ASSISTANT, answer.text()).and(Role.USER, "two");
    chat.answer(again, options, _ -> number % 2 == 0);
    chat.answers(List.of(asked, again), options);
  }

  private static Chat chat() {
    var words = List.of("a red circle a red circle", "two blue squares");
    var tokenizer = Tokenizer.of(BytePairs.learn(words, 520), TokenizerRules.clip(256));
    ModelSpec<?> spec =
        ModelSpec.parse(Json.fromYaml(TinyModels.LLAMA, ObjectNode.class, "test"), "test")
            .withVocabulary(tokenizer.vocabularySize())
            .withContextLength(256);
    Engine.seed(5);
    var bundle = new Pretrained(spec, spec.create(), tokenizer, null, Engine.device("cpu"));
    return new Chat(bundle, ChatTemplate.named("plain", BytePairs.END), Set.of());
  }
}
