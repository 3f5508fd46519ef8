package io.vlm4j.model.backbone;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.dialogue.DialogueRows;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.io.Json;
import io.vlm4j.model.Answer;
import io.vlm4j.model.AnswerOptions;
import io.vlm4j.model.Chat;
import io.vlm4j.model.Language;
import io.vlm4j.model.Layout;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Parity;
import io.vlm4j.model.Pretrained;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.Gradients;
import io.vlm4j.testing.Randomness;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Message;
import io.vlm4j.text.ChatTemplate.Role;
import io.vlm4j.text.Tokenizer;
import io.vlm4j.text.TokenizerRules;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class LlavaTest {
  private static final long PICTURE = -200;
  private static final AnyRes USUAL =
      new AnyRes(
          List.of(
              new AnyRes.Canvas(336, 672),
              new AnyRes.Canvas(672, 336),
              new AnyRes.Canvas(672, 672),
              new AnyRes.Canvas(1008, 336),
              new AnyRes.Canvas(336, 1008)));

  private static final String TINY =
      """
      family: llava
      vision: {imageSize: 16, patchSize: 8, width: 24, layers: 2, heads: 2, mlpWidth: 48,
        activation: gelu, epsilon: 1e-5, patchDropout: 0}
      featureLayer: 1
      classToken: %s
      projector: {kind: %s, activation: gelu, bias: true}
      language: {vocabularySize: 560, contextLength: 96, endId: -1, width: 16, layers: 1, heads: 2,
        keyValueHeads: 1, headWidth: 8, mlpWidth: 24, activation: silu, epsilon: 1e-5,
        biases: NONE, tied: false, window: 0, rope: {theta: 10000.0, scaling: null}, std: 0.02}
      pictureId: -200
      anyRes: %s
      """;

  private static ModelSpec<?> spec(boolean classToken, String projector, boolean anyRes) {
    String canvases =
        anyRes ? "{canvases: [{height: 16, width: 32}, {height: 32, width: 16}]}" : "null";
    String yaml = TINY.formatted(classToken, projector, canvases);
    return ModelSpec.parse(Json.fromYaml(yaml, ObjectNode.class, "test"), "test");
  }

  /** Random weights that are large enough for every part to matter. */
  private static Llava random(Random random, ModelSpec<?> spec) {
    var model = (Llava) spec.create();
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      model
          .parameters()
          .forEach((name, parameter) -> {
            if (!name.toLowerCase(Locale.ROOT).contains("norm")) {
              float[] values = Randomness.normal(random, (int) parameter.numel());
              parameter.copy_(Tensors.of(values, parameter.shape()));
              parameter.mul_(new Scalar(0.4f));
            }
          });
    }
    model.setTraining(false);
    return model;
  }

  private static Pixels picture(Random random, int width, int height) {
    var rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    return new Pixels(width, height, rgb);
  }

  private static Tokenizer tokenizer() {
    return Tokenizer.of(
        BytePairs.learn(List.of("a red circle a red circle", "two blue squares"), 520),
        TokenizerRules.clip(96));
  }

  @Test
  void featuresLogitsLossAndGreedyTokensEqualTheReference() {
    Path folder = Fixtures.folder("llava-hf-tiny");
    var differences =
        Parity.against(
            ModelFolder.open(folder),
            folder.resolve("expected/forward.safetensors"),
            LoadOptions.DEFAULT,
            Engine.device("cpu"),
            null);
    assertThat(differences)
        .extracting(Parity.Difference::name)
        .containsExactly("image_features", "logits", "loss", "greedy_ids");
    assertThat(differences).allMatch(d -> d.isWithin(2e-5), "is near");
    assertThat(differences.getLast().maxAbs()).isZero();
  }

  @Test
  void namesOfLaterVersionsAreRead() {
    var keys = new LlavaFamily().keys(Layout.HUGGING_FACE);
    assertThat(keys.plain("model.language_model.layers.3.mlp.up_proj.weight"))
        .isEqualTo("language_model.model.layers.3.mlp.up_proj.weight");
    assertThat(keys.plain("lm_head.weight")).isEqualTo("language_model.lm_head.weight");
    assertThat(keys.plain("model.vision_tower.vision_model.pre_layrnorm.bias"))
        .isEqualTo("vision_tower.vision_model.pre_layrnorm.bias");
    assertThat(keys.plain("model.vision_tower.encoder.layers.0.mlp.fc1.bias"))
        .isEqualTo("vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias");
    assertThat(keys.plain("model.multi_modal_projector.linear_1.bias"))
        .isEqualTo("multi_modal_projector.linear_1.bias");
  }

  @ParameterizedTest
  @CsvSource({"false, mlp, false", "true, mlp, false", "false, mlp, true"})
  void aConfigurationComesBackFromHuggingFaces(boolean classToken, String kind, boolean anyRes) {
    var family = new LlavaFamily();
    var config = (LlavaConfig) spec(classToken, kind, anyRes).config();
    ObjectNode json = family.writeConfig(family.layouts().getFirst(), config);
    LlavaConfig back = family.readConfig(family.layouts().getFirst(), json);
    assertThat(back.withLanguage(config.language())).isEqualTo(config);
  }

  /** The numbers were computed in Python, by the formulas of transformers' LLaVA-NeXT. */
  @ParameterizedTest
  @CsvSource({
    "1000, 1000, 672, 672, 48, 48",
    "672, 336, 336, 672, 24, 48",
    "2000, 500, 336, 1008, 18, 72",
    "300, 900, 1008, 336, 72, 24",
    "640, 480, 672, 672, 36, 48",
    "336, 336, 336, 672, 24, 24",
    "500, 333, 336, 672, 24, 36",
    "77, 1023, 1008, 336, 72, 6",
    "4000, 3001, 672, 672, 36, 48",
    "37, 41, 336, 672, 24, 22",
    "672, 671, 672, 672, 48, 48"
  })
  void tokensAreThoseOfTheViewAndTheRowsThatThePictureCovers(
      int width, int height, int canvasHeight, int canvasWidth, int rows, int columns) {
    AnyRes.Canvas canvas = USUAL.choose(height, width);
    assertThat(canvas).isEqualTo(new AnyRes.Canvas(canvasHeight, canvasWidth));
    assertThat(USUAL.tokens(height, width, 336, 24)).isEqualTo(576 + rows * (columns + 1));
    var covered = AnyRes.covered(height, width, canvasHeight / 14, canvasWidth / 14);
    assertThat(covered.rows()).isEqualTo(rows);
    assertThat(covered.columns()).isEqualTo(columns);
  }

  @Test
  void viewsAreTheWholePictureAndTheTilesOfItsCanvas() {
    var canvases = new AnyRes(List.of(new AnyRes.Canvas(16, 32), new AnyRes.Canvas(32, 16)));
    var rgb = new byte[3 * 32 * 8];
    Arrays.fill(rgb, 0, rgb.length / 2, (byte) 100);
    Arrays.fill(rgb, rgb.length / 2, rgb.length, (byte) 100);
    List<Pixels> views = canvases.views(new Pixels(32, 8, rgb), 16, Resize.Filter.BICUBIC);
    assertThat(views).hasSize(3).allMatch(view -> view.width() == 16 && view.height() == 16);
    assertThat(views.getFirst().get(8, 8, 0)).isEqualTo(100); // squashed: no margin
    for (Pixels tile : views.subList(1, 3)) { // black above and below
      assertThat(tile.get(8, 3, 0)).isZero();
      assertThat(tile.get(8, 4, 0)).isEqualTo(100);
      assertThat(tile.get(8, 11, 0)).isEqualTo(100);
      assertThat(tile.get(8, 12, 0)).isZero();
    }
  }

  @Test
  void tilesArePutTogetherInRowsThatEndWithALineBreak() {
    var canvases = new AnyRes(List.of(new AnyRes.Canvas(16, 32)));
    try (var _ = new Scope()) {
      // A vector of one number: 100 times the view, 10 times the row, and the column.
      var values = new float[3 * 4];
      for (int view = 0; view < 3; view++) {
        for (int i = 0; i < 4; i++) {
          values[4 * view + i] = 100 * view + 10 * (i / 2) + i % 2;
        }
      }
      Tensor views = Tensors.of(values, 3, 4, 1);
      Tensor newline = Tensors.of(new float[] {-1}, 1);
      assertThat(Tensors.toFloats(canvases.pack(views, newline, 10, 20, 16, 2)))
          .containsExactly(0, 1, 10, 11, 100, 101, 200, 201, -1, 110, 111, 210, 211, -1);
      // Twice as wide as its canvas: with two rows, rounding down leaves no margin to take off.
      assertThat(Tensors.toFloats(canvases.pack(views, newline, 5, 20, 16, 2))).hasSize(14);
    }
  }

  @ParameterizedTest
  @CsvSource({"mlp, false", "linear, false", "mlp, true"})
  void picturesAreInTheirPlacesAndGradientsReachWhatIsUsed(String projector, boolean anyRes) {
    Random random = Randomness.ofTest();
    try (var tokenizer = tokenizer();
        var model = random(random, spec(false, projector, anyRes));
        var _ = new Scope()) {
      var rows = rows(tokenizer, model);
      DialogueRows.Row two =
          rows.lesson(
              Dialogue.empty()
                  .and(
                      Role.USER,
                      List.of(picture(random, 30, 20), picture(random, 16, 40)),
                      "which?")
                  .and(Role.ASSISTANT, "a red circle"));
      DialogueRows.Row none =
          rows.lesson(Dialogue.empty().and(Role.USER, "two?").and(Role.ASSISTANT, "blue"));
      try (Batch batch = rows.lessons(List.of(two, none))) {
        var leaves = new LinkedHashMap<>(model.parameters());
        leaves
            .keySet()
            .removeIf(name ->
                name.startsWith("vision.blocks.1.")
                    || name.startsWith("vision.norm")
                    || name.equals("language.tokens.weight"));
        Gradients.checkSteep(
            random, leaves, 0.02, () -> model.losses(batch).get("next_token_loss"));
      }
    }
  }

  private static DialogueRows rows(Tokenizer tokenizer, Llava model) {
    return new DialogueRows(
        ChatTemplate.named("vicuna", BytePairs.END),
        tokenizer,
        model.pictures(),
        Preprocessing.clip(16),
        96);
  }

  @Test
  void onlyWhatTheAssistantSaysIsForetoldAndItsEndToo() {
    Random random = Randomness.ofTest();
    try (var tokenizer = tokenizer();
        var model = random(random, spec(false, "mlp", false))) {
      Dialogue dialogue =
          Dialogue.empty()
              .and(Role.USER, List.of(picture(random, 20, 20)), "which?")
              .and(Role.ASSISTANT, "red")
              .and(Role.USER, "two?")
              .and(Role.ASSISTANT, "blue squares");
      DialogueRows.Row row = rows(tokenizer, model).lesson(dialogue);
      assertThat(Arrays.stream(row.ids()).filter(id -> id == PICTURE)).hasSize(4);
      long[] foretold = Arrays.stream(row.labels()).filter(label -> label >= 0).toArray();
      assertThat(foretold).isEqualTo(concat(tokenizer, "red", "blue squares"));
      for (int i = 0; i < row.ids().length; i++) {
        assertThat(row.labels()[i]).isIn(-100L, row.ids()[i]);
      }
    }
  }

  private static long[] concat(Tokenizer tokenizer, String... answers) {
    return Arrays.stream(answers)
        .flatMapToLong(answer ->
            LongStream.concat(
                Arrays.stream(tokenizer.pieces(answer)), LongStream.of(tokenizer.endId())))
        .toArray();
  }

  @Test
  void whatDoesNotFitIsRefusedAndNoPictureIsCut() {
    Random random = Randomness.ofTest();
    try (var tokenizer = tokenizer();
        var model = random(random, spec(false, "mlp", false))) {
      var rows = rows(tokenizer, model);
      Pixels picture = picture(random, 20, 20);
      var mark = new Message(Role.USER, "look <image> and <image>");
      assertRefused(
          () -> rows.prompt(new Dialogue(List.of(mark), List.of())), "2 places", "0 pictures");
      assertRefused(() -> new Dialogue(List.of(mark), List.of(picture)), "0 pictures", "1");
      String tooLong = "red ".repeat(100);
      assertRefused(
          () -> rows.prompt(Dialogue.empty().and(Role.USER, List.of(picture), tooLong)),
          "4 of them of pictures",
          "96");
      assertRefused(
          () ->
              rows.lesson(
                  Dialogue.empty()
                      .and(Role.USER, "two?")
                      .and(Role.ASSISTANT, tooLong)
                      .and(Role.USER, List.of(picture), "and?")
                      .and(Role.ASSISTANT, "red")),
          "would lose 4 of the 4");
      assertRefused(
          () -> rows.lesson(Dialogue.empty().and(Role.USER, tooLong).and(Role.ASSISTANT, "red")),
          "nothing is to be foretold");
      DialogueRows.Row cut =
          rows.lesson(
              Dialogue.empty()
                  .and(Role.USER, List.of(picture), "and?")
                  .and(Role.ASSISTANT, tooLong));
      assertThat(cut.ids()).hasSize(96); // the end of a text alone may go
      var plain =
          new DialogueRows(ChatTemplate.named("plain", BytePairs.END), tokenizer, null, null, 96);
      assertRefused(
          () -> plain.prompt(Dialogue.empty().and(Role.USER, List.of(picture), "?")),
          "reads no pictures");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dialoguesWithPicturesAreAnsweredTogetherAsEachAlone(boolean anyRes) {
    Random random = Randomness.ofTest();
    var tokenizer = tokenizer();
    ModelSpec<?> spec = spec(false, "mlp", anyRes).withVocabulary(tokenizer.vocabularySize());
    Llava model = random(random, spec);
    var bundle =
        new Pretrained(spec, model, tokenizer, Preprocessing.clip(16), Engine.device("cpu"));
    try (var chat = new Chat(bundle, ChatTemplate.named("vicuna", BytePairs.END), Set.of())) {
      Pixels first = picture(random, 30, 20);
      Pixels second = picture(random, 16, 40);
      var dialogues =
          List.of(
              Dialogue.empty().and(Role.USER, List.of(first), "which circle?"),
              Dialogue.empty().and(Role.USER, List.of(first, second), "two blue squares?"),
              Dialogue.empty().and(Role.USER, "red?"),
              Dialogue.empty().and(Role.USER, List.of(second), "which circle?"));
      var options = AnswerOptions.GREEDY.withMaxTokens(8);
      List<Answer> together = chat.answers(dialogues, options);
      for (int i = 0; i < dialogues.size(); i++) {
        assertThat(together.get(i))
            .isEqualTo(chat.answer(dialogues.get(i), options, Language.Listener.NONE));
      }
      assertThat(together.getFirst().text()).isNotEqualTo(together.getLast().text());
      assertThat(chat.answers(List.of(first, second), List.of("which circle?", "red?")))
          .containsExactly(chat.answer(first, "which circle?"), chat.answer(second, "red?"));
    }
  }

  @Test
  void anAnswerIsAsProbableAsItsTokensAndItsEnd() {
    Random random = Randomness.ofTest();
    var tokenizer = tokenizer();
    ModelSpec<?> spec = spec(false, "mlp", true).withVocabulary(tokenizer.vocabularySize());
    Llava model = random(random, spec);
    var bundle =
        new Pretrained(spec, model, tokenizer, Preprocessing.clip(16), Engine.device("cpu"));
    try (var chat = new Chat(bundle, ChatTemplate.named("vicuna", BytePairs.END), Set.of())) {
      var pictures = List.of(picture(random, 30, 20), picture(random, 16, 40));
      var questions = List.of("which circle?", "red?");
      var answers = List.of("blue squares", "red");
      double[] together = chat.answerLogLikelihoods(pictures, questions, answers);
      for (int i = 0; i < together.length; i++) {
        Dialogue dialogue =
            Dialogue.empty()
                .and(Role.USER, List.of(pictures.get(i)), questions.get(i))
                .and(Role.ASSISTANT, answers.get(i));
        DialogueRows.Row row = rows(tokenizer, model).lesson(dialogue);
        assertThat(together[i]).isCloseTo(byHand(tokenizer, model, row), within(1e-4));
      }
    }
  }

  /** The sum over what is foretold of the logarithms of its probabilities. */
  private static double byHand(Tokenizer tokenizer, Llava model, DialogueRows.Row row) {
    try (var _ = new Scope();
        var _ = new NoGrad();
        Batch batch = rows(tokenizer, model).lessons(List.of(row))) {
      float[][] logits = Tensors.toRows(model.tokenLogits(batch).squeeze(0));
      double sum = 0;
      for (int t = 1; t < row.ids().length; t++) {
        if (row.labels()[t] >= 0) {
          double all = 0;
          for (float logit : logits[t - 1]) {
            all += Math.exp(logit);
          }
          sum += logits[t - 1][(int) row.labels()[t]] - Math.log(all);
        }
      }
      return sum;
    }
  }

  @Test
  void partsAreTakenFromAClipAndALlama() {
    Engine.seed(3);
    ModelSpec<?> clip = ModelSpec.of("clip-nano");
    var tree = Json.fromYaml(TinyModels.LLAMA, ObjectNode.class, "test");
    ModelSpec<?> llama = ModelSpec.parse(tree, "test");
    ModelSpec<?> spec =
        spec(false, "mlp", false).withPart("vision", clip).withPart("language", llama);
    assertRefused(() -> spec.withPart("vision", llama), "llama", "vision");
    try (var model = (Llava) spec.create();
        var eyes = clip.create();
        var mouth = llama.create();
        var _ = new Scope();
        var _ = new NoGrad()) {
      model.adopt("vision", eyes);
      model.adopt("language", mouth);
      Tensor ids = Tensors.of(new long[] {1, 2, 3}, 1, 3);
      assertThat(distance(model.tokenLogits(ids), ((Llama) mouth).tokenLogits(ids))).isZero();
      String name = "vision.blocks.0.mlp.up.weight";
      assertThat(torch.equal(model.parameters().get(name), eyes.parameters().get(name))).isTrue();
    }
  }
}
