package io.vlm4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.io.Json;
import io.vlm4j.model.AnswerOptions;
import io.vlm4j.model.Chat;
import io.vlm4j.model.Language;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.Precision;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.ChatTemplate.Role;
import io.vlm4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** Questions on the command line, to a model of random weights. */
class AskIT {
  @TempDir static Path folder;
  private static Path model;
  private static Path picture;
  private static Workshop workshop;

  @BeforeAll
  static void write() throws IOException {
    workshop = Workshop.in(folder);
    picture = workshop.pictures().resolve("green-cross-255.png");
    model = folder.resolve("model");
    Engine.seed(7);
    var pairs = BytePairs.learn(List.of("green cross", "red pole", "what is it"), 540);
    ModelSpec<?> spec =
        ModelSpec.parse(Json.fromYaml(TinyModels.LLAVA, ObjectNode.class, "test"), "test")
            .withVocabulary(pairs.vocabulary().size());
    try (var bundle =
        new Pretrained(
            spec,
            spec.create(),
            Tokenizer.of(pairs, spec.tokenizerRules()),
            spec.preprocessing(),
            Engine.device("cpu"))) {
      bundle.save(model);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"F32", "INT8"})
  void theAnswerIsThatOfTheLibraryAndTheMemoryIsToldBefore(Precision precision) {
    String expected;
    var loaded = LoadOptions.DEFAULT.withPrecision(precision);
    try (var chat = Chat.load(model, Engine.device("cpu"), loaded)) {
      Dialogue question =
          Dialogue.empty().and(Role.USER, List.of(ImageDecoder.read(picture)), "what?");
      var options = AnswerOptions.GREEDY.withMaxTokens(6);
      expected = chat.answer(question, options, Language.Listener.NONE).text();
    }
    String out =
        workshop
            .command()
            .run(
                "ask",
                picture,
                "what?",
                "--model",
                model,
                "--precision",
                precision.name().toLowerCase(Locale.ROOT),
                "--max-tokens",
                6)
            .succeeded()
            .out();
    assertThat(out)
        .startsWith("memory")
        .contains("weights", "in " + precision)
        .endsWith("\n" + expected + "\n");
  }

  @Test
  void whatCannotBeIsSaidInALine() {
    workshop.command().run("ask", "missing.png", "what?", "--model", model).failed("missing.png");
    workshop
        .command()
        .run("ask", "what <image>?", "--model", model, "--max-tokens", 6)
        .failed("1 places '<image>' for 0 pictures");
    workshop
        .command()
        .run("caption", picture, "--model", model)
        .failed("a llava model cannot write captions");
  }
}
