package io.vlm4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.BatchOrder;
import io.vlm4j.data.Captions;
import io.vlm4j.data.Collator;
import io.vlm4j.data.DialogueCollator;
import io.vlm4j.data.PairCollator;
import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.model.Answer;
import io.vlm4j.model.AnswerOptions;
import io.vlm4j.model.Chat;
import io.vlm4j.model.Language;
import io.vlm4j.model.Model;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.OneThread;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Language models in the loop that trains all others. */
@ExtendWith(OneThread.class)
class LanguageTrainingTest {
  @TempDir Path folder;

  /** Stops after so many steps. */
  private record Observer(long[] left) implements Trainer.Observer {
    Observer(long steps) {
      this(new long[] {steps});
    }

    @Override
    public void progress(Progress now) {}

    @Override
    public Map<String, Double> validate(Model model, long step) {
      return Map.of();
    }

    @Override
    public boolean stops() {
      return left[0]-- <= 0;
    }
  }

  private Model train(
      Colours colours,
      Collator collator,
      List<Sample> samples,
      Path out,
      Optional<String> resume,
      long stopAfter) {
    TrainingConfig config = Colours.config(Map.of());
    var batches = new BatchOrder(samples, config.batchSize(), config.seed());
    var trainer = new Trainer(colours.spec, config, batches, collator, new Device("cpu"));
    try (var run = new RunFolder(out, resume.isPresent())) {
      if (resume.isEmpty()) {
        run.writeParams(Map.of());
      }
      return trainer
          .train(new Budget.Steps(120), resume, run, 0, 1e9, new Observer(stopAfter))
          .model();
    }
  }

  private static List<Sample> questions() {
    return Colours.samples().stream()
        .map(sample ->
            sample.withParts(
                List.of(
                    new Part.Turn("user", List.of(sample.picture(), new Part.Text("which?"))),
                    Part.Turn.of("assistant", sample.text()))))
        .toList();
  }

  @Test
  void aModelThatSeesLearnsFromDialoguesToAnswerAndResumesWithTheSameBits() {
    try (var colours = new Colours(TinyModels.LLAVA)) {
      Preprocessing preprocessing = colours.spec.preprocessing();
      Collator collator =
          new DialogueCollator(
              colours.spec.dialogueRows(colours.tokenizer, preprocessing).orElseThrow());
      List<Sample> samples = questions();
      Path resumed = folder.resolve("resumed");
      train(colours, collator, samples, resumed, Optional.empty(), 50).close();
      Model rest = train(colours, collator, samples, resumed, Optional.of("latest"), 999);
      Model whole =
          train(colours, collator, samples, folder.resolve("whole"), Optional.empty(), 999);
      assertThat(weights(rest)).usingRecursiveComparison().isEqualTo(weights(whole));
      rest.close();
      var bundle =
          new Pretrained(colours.spec, whole, colours.tokenizer, preprocessing, new Device("cpu"));
      var template = ChatTemplate.named("vicuna", colours.tokenizer.rules().end());
      try (var chat = new Chat(bundle, template, Set.of())) {
        int right = 0;
        for (Sample sample : Colours.samples()) {
          Dialogue question =
              Dialogue.empty().and(Role.USER, List.of(sample.picture().pixels()), "which?");
          Answer answer = chat.answer(question, AnswerOptions.GREEDY, Language.Listener.NONE);
          right += answer.text().strip().equals(sample.text()) ? 1 : 0;
        }
        assertThat(right).as("of 16 pictures of 8 colours").isGreaterThanOrEqualTo(14);
      }
    }
  }

  private static Map<String, float[]> weights(Model model) {
    var weights = new TreeMap<String, float[]>();
    model.parameters().forEach((name, tensor) -> weights.put(name, Tensors.toFloats(tensor)));
    return weights;
  }

  @Test
  void aModelOfTextsAloneLearnsThem() {
    var texts = List.of("red blue green", "black white", "pink cyan yellow red");
    List<Sample> samples =
        Stream.of(texts, texts, texts)
            .flatMap(List::stream)
            .map(text -> new Sample(text, text, List.of(new Part.Text(text)), Map.of()))
            .toList();
    try (var colours = new Colours(TinyModels.LLAMA)) {
      var collator =
          new PairCollator(
              null, Colours.config(Map.of()).augmentation(), colours.tokenizer, Captions.PRINCIPAL);
      Model model = train(colours, collator, samples, folder, Optional.empty(), 999);
      var bundle = new Pretrained(colours.spec, model, colours.tokenizer, null, new Device("cpu"));
      try (bundle) {
        Language language = bundle.language();
        assertThat(language.continued("black", AnswerOptions.GREEDY, Language.Listener.NONE).text())
            .isEqualTo("white");
        assertThat(language.continued("pink", AnswerOptions.GREEDY, Language.Listener.NONE).text())
            .isEqualTo("cyan yellow red");
        assertThat(language.logLikelihood("black white"))
            .isGreaterThan(language.logLikelihood("white black") + 3);
      }
    }
  }
}
