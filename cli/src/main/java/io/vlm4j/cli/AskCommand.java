package io.vlm4j.cli;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.text.ChatTemplate.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Answers one question. */
@Command(
    name = "ask",
    description = {
      "Answers a question about pictures, or about nothing but words: ask IMAGE... QUESTION.",
      "The answer appears as it is written."
    })
final class AskCommand implements Callable<Integer> {
  @Mixin private final AnswerModel model = new AnswerModel();

  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE... QUESTION",
      description = "Picture files, and the question behind them.")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    List<Pixels> pictures =
        words.subList(0, words.size() - 1).stream()
            .map(file -> ImageDecoder.read(Path.of(file)))
            .toList();
    var dialogue = Dialogue.empty();
    if (model.system() != null) {
      dialogue = dialogue.and(Role.SYSTEM, model.system());
    }
    dialogue = dialogue.and(Role.USER, pictures, words.getLast());
    try (var chat = model.load()) {
      chat.answer(dialogue, model.options(), ChatCommand::say);
      System.out.println();
    }
    return 0;
  }
}
