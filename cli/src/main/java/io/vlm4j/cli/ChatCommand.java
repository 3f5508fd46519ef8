package io.vlm4j.cli;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Answer;
import io.vlm4j.model.Chat;
import io.vlm4j.text.ChatTemplate.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A dialogue with a model. */
@Command(
    name = "chat",
    description = {
      "Talks with a model, a line at a time; answers appear as they are written.",
      "/image FILE shows a picture with the next line, /new begins anew, /exit ends."
    })
final class ChatCommand implements Callable<Integer> {
  @Mixin private final AnswerModel model = new AnswerModel();

  private final List<Pixels> shown = new ArrayList<>();
  private Dialogue dialogue = Dialogue.empty();

  @Override
  public Integer call() throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    begin();
    try (var chat = model.load()) {
      System.out.print("> ");
      System.out.flush();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.strip().equals("/exit")) {
          break;
        }
        try {
          hear(chat, line.strip());
        } catch (InputException e) { // a wrong line does not end the dialogue
          System.out.println("vlm4j: " + e.getMessage());
        }
        System.out.print("> ");
        System.out.flush();
      }
      System.out.println();
    }
    return 0;
  }

  private void begin() {
    shown.clear();
    dialogue = Dialogue.empty();
    if (model.system() != null) {
      dialogue = dialogue.and(Role.SYSTEM, model.system());
    }
  }

  private void hear(Chat chat, String line) {
    if (line.startsWith("/image ")) {
      shown.add(ImageDecoder.read(Path.of(line.substring("/image ".length()).strip())));
    } else if (line.equals("/new")) {
      begin();
    } else if (line.startsWith("/")) {
      throw new InputException("unknown '" + line + "': use /image FILE, /new or /exit");
    } else if (!line.isEmpty()) {
      Dialogue asked = dialogue.and(Role.USER, List.copyOf(shown), line);
      Answer answer = chat.answer(asked, model.options(), ChatCommand::say);
      System.out.println();
      dialogue = asked.and(Role.ASSISTANT, answer.text().strip());
      shown.clear();
    }
  }

  /** Shows a piece of an answer at once; nobody is there any more if that fails. */
  static boolean say(String text) {
    System.out.print(text);
    return !System.out.checkError();
  }
}
