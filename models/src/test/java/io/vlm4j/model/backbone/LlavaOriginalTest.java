package io.vlm4j.model.backbone;

import static io.vlm4j.testing.Fixtures.distance;
import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.dialogue.DialogueRows;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.io.Json;
import io.vlm4j.io.SafeTensors;
import io.vlm4j.io.TensorSource;
import io.vlm4j.io.hub.Hub;
import io.vlm4j.io.hub.HubSettings;
import io.vlm4j.io.hub.Progress;
import io.vlm4j.model.AnswerOptions;
import io.vlm4j.model.Chat;
import io.vlm4j.model.Converter;
import io.vlm4j.model.Language;
import io.vlm4j.model.Layout;
import io.vlm4j.model.LoadOptions;
import io.vlm4j.model.Model;
import io.vlm4j.model.ModelFolder;
import io.vlm4j.model.ModelSpec;
import io.vlm4j.model.Parity;
import io.vlm4j.tensor.Engine;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Fixtures;
import io.vlm4j.testing.HubServer;
import io.vlm4j.testing.Randomness;
import io.vlm4j.testing.TinyModels;
import io.vlm4j.testing.TorchFiles;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Role;
import io.vlm4j.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Checkpoints as LLaVA's own repository writes them; none that was released could be had. */
class LlavaOriginalTest {
  private static final Device CPU = Engine.device("cpu");
  private static final String TOWER = "model.vision_tower.vision_tower.";

  @TempDir Path folder;

  /** Where the weights of the tower are. */
  enum Place {
    INSIDE,
    BESIDE
  }

  /** How the weights are written. */
  enum Form {
    SAFETENSORS,
    SHARDS,
    BIN,
    BIN_SHARDS
  }

  private static String original(String hub) {
    return hub.replaceFirst("^vision_tower\\.", TOWER)
        .replaceFirst("^multi_modal_projector\\.linear_1", "model.mm_projector.0")
        .replaceFirst("^multi_modal_projector\\.linear_2", "model.mm_projector.2")
        .replaceFirst("^language_model\\.", "")
        .replaceFirst("^image_newline", "model.image_newline");
  }

  private static ObjectNode config(ObjectNode hub) {
    var json = (ObjectNode) hub.path("text_config").deepCopy();
    return json.put("model_type", "llava_llama")
        .put("mm_vision_tower", "someone/tiny-tower")
        .put("mm_projector_type", "mlp2x_gelu")
        .put("mm_hidden_size", hub.path("vision_config").path("hidden_size").asInt())
        .put("mm_vision_select_layer", -2)
        .put("mm_vision_select_feature", "patch")
        .put("mm_use_im_start_end", false)
        .put("mm_use_im_patch_token", false)
        .put("image_aspect_ratio", "pad")
        .put("use_mm_proj", true);
  }

  private static void write(Path path, Map<String, Tensor> tensors, Form form) throws IOException {
    var half = new LinkedHashMap<String, Tensor>();
    var rest = new LinkedHashMap<>(tensors);
    for (String name : List.copyOf(tensors.keySet()).subList(0, tensors.size() / 2)) {
      half.put(name, rest.remove(name));
    }
    switch (form) {
      case SAFETENSORS -> SafeTensors.write(path.resolve("model.safetensors"), tensors, Map.of());
      case SHARDS -> SafeTensors.writeSharded(path, "model", tensors, Map.of(), 100_000);
      case BIN -> TorchFiles.write(path.resolve("pytorch_model.bin"), tensors);
      case BIN_SHARDS -> {
        TorchFiles.write(path.resolve("pytorch_model-00001-of-00002.bin"), half);
        TorchFiles.write(path.resolve("pytorch_model-00002-of-00002.bin"), rest);
        ObjectNode map = Json.object();
        half.keySet().forEach(name -> map.put(name, "pytorch_model-00001-of-00002.bin"));
        rest.keySet().forEach(name -> map.put(name, "pytorch_model-00002-of-00002.bin"));
        Files.writeString(
            path.resolve("pytorch_model.bin.index.json"),
            Json.toText(Json.object().<ObjectNode>set("weight_map", map)));
      }
    }
  }

  /** A checkpoint with the values of one of the hub's layout, and its tower. */
  private Path checkpoint(Path hub, String name, ObjectNode json, Place place, Form form)
      throws IOException {
    Path path = Files.createDirectory(folder.resolve(name));
    ObjectNode vision =
        (ObjectNode) Json.readObject(hub.resolve("config.json")).get("vision_config");
    try (var _ = new Scope()) {
      var own = new LinkedHashMap<String, Tensor>();
      var tower = new LinkedHashMap<String, Tensor>();
      TensorSource.readAll(hub)
          .forEach((key, tensor) -> {
            boolean isTower = place == Place.BESIDE && key.startsWith("vision_tower.");
            (isTower ? tower : own)
                .put(isTower ? key.substring("vision_tower.".length()) : original(key), tensor);
          });
      write(path, own, form);
      Path beside = Files.createDirectories(folder.resolve("tiny-tower"));
      Files.writeString(
          beside.resolve("config.json"),
          Json.toText(
              Json.object().put("model_type", "clip").<ObjectNode>set("vision_config", vision)));
      Files.writeString(
          beside.resolve("preprocessor_config.json"),
          Json.toText(Preprocessing.clip(vision.path("image_size").asInt()).toHuggingFace()));
      if (place == Place.BESIDE) {
        tower.put("text_model.embeddings.token_embedding.weight", Tensors.of(new float[4], 2, 2));
        tower.put("logit_scale", Tensors.of(new float[1], 1));
        write(beside, tower, Form.SAFETENSORS);
      }
    }
    Files.writeString(path.resolve("config.json"), Json.toText(json));
    return path;
  }

  private Path fixture(String name, Place place, Form form, String... change) throws IOException {
    Path hub = Fixtures.folder("llava-hf-tiny");
    ObjectNode json = config(Json.readObject(hub.resolve("config.json")));
    for (int i = 0; i < change.length; i += 2) {
      json.set(change[i], Json.parse(change[i + 1]));
    }
    return checkpoint(hub, name, json, place, form);
  }

  /** The reference's inputs and outputs, with -200 in the places of pictures. */
  private Path expected() {
    Path file = folder.resolve("expected.safetensors");
    try (var _ = new Scope()) {
      var tensors =
          new LinkedHashMap<>(Fixtures.tensors("llava-hf-tiny/expected/forward.safetensors"));
      tensors.computeIfPresent(
          "input_ids", (_, ids) -> ids.masked_fill(ids.eq(new Scalar(100L)), new Scalar(-200L)));
      SafeTensors.write(
          file,
          tensors,
          Map.of(
              "inputs", "pixel_values,input_ids,labels",
              "outputs", "image_features,logits,loss,greedy_ids"));
    }
    return file;
  }

  private static void assertEqual(Path model, Path expected) {
    var differences =
        Parity.against(ModelFolder.open(model), expected, LoadOptions.DEFAULT, CPU, null);
    assertThat(differences)
        .extracting(Parity.Difference::name)
        .containsExactly("image_features", "logits", "loss", "greedy_ids");
    assertThat(differences).allMatch(d -> d.isWithin(2e-5), "is near");
    assertThat(differences.getLast().maxAbs()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "INSIDE, SAFETENSORS",
    "INSIDE, SHARDS",
    "INSIDE, BIN_SHARDS",
    "BESIDE, SAFETENSORS",
    "BESIDE, BIN",
    "BESIDE, BIN_SHARDS"
  })
  void featuresLogitsLossAndGreedyTokensEqualTheReference(Place place, Form form)
      throws IOException {
    assertEqual(fixture("llava-v1.5-tiny", place, form), expected());
  }

  @Test
  void theHubsLayoutOfItComputesTheSame() throws IOException {
    Path original = fixture("llava-v1.5-tiny", Place.BESIDE, Form.BIN);
    Path hub = folder.resolve("hub");
    var result = Converter.convert(original, hub, Layout.HUGGING_FACE, null);
    assertThat(result.dropped()).isEmpty();
    assertThat(result.unsaid()).singleElement().asString().contains("<image>");
    assertEqual(hub, expected());
    ObjectNode json = Json.readObject(hub.resolve("config.json"));
    assertThat(json.path("model_type").asString()).isEqualTo("llava");
    assertThat(json.has("mm_vision_tower")).isFalse();
    ModelFolder opened = ModelFolder.open(hub);
    assertThat(opened.spec().config()).isEqualTo(ModelFolder.open(original).spec().config());
    assertThat(opened.preprocessing()).isEqualTo(ModelFolder.open(original).preprocessing());
    assertThat(opened.preprocessing().mode()).isEqualTo(Preprocessing.Mode.SQUARED);
    assertThat(ChatTemplate.read(hub)).isPresent();
  }

  @Test
  void aTowerThatIsNowhereIsMissedWithTheWaysToGiveIt() throws IOException {
    Path path =
        fixture("a", Place.BESIDE, Form.SAFETENSORS, "mm_vision_tower", "\"nobody/no-such-tower\"");
    assertRefused(
        () -> ModelFolder.open(path),
        "weights of its image tower, 'nobody/no-such-tower'",
        path.resolve("no-such-tower").toString(),
        "pull nobody/no-such-tower");
    Path inside =
        fixture("b", Place.INSIDE, Form.SAFETENSORS, "mm_vision_tower", "\"no-such-tower\"");
    assertRefused(() -> ModelFolder.open(inside), "configuration of its image tower");
  }

  @Test
  void aTowerMayLieInsideOfTheFolderOrWhereItsNameSays() throws IOException {
    Path path = fixture("a", Place.BESIDE, Form.SAFETENSORS);
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere")).resolve("t");
    Files.move(folder.resolve("tiny-tower"), elsewhere);
    ObjectNode json = Json.readObject(path.resolve("config.json"));
    json.put("mm_vision_tower", elsewhere.toString());
    Files.writeString(path.resolve("config.json"), Json.toText(json));
    assertThat(ModelFolder.open(path).report().isExact()).isTrue();
    Files.move(elsewhere, path.resolve("t"));
    assertThat(ModelFolder.open(path).report().isExact()).isTrue();
  }

  @Test
  void aTowerOfTheHubIsFetchedUnlessTheHubIsNotAsked() throws IOException {
    Path path = fixture("a", Place.BESIDE, Form.SAFETENSORS, "mm_vision_tower", "\"acme/model\"");
    Path tower = folder.resolve("tiny-tower");
    try (var server = new HubServer()) {
      for (String name : List.of("config.json", "preprocessor_config.json")) {
        server.with(name, Files.readString(tower.resolve(name)));
      }
      server.withLarge("model.safetensors", Files.readAllBytes(tower.resolve("model.safetensors")));
      var settings =
          new HubSettings(
              server.address(),
              folder.resolve("hub"),
              Optional.empty(),
              false,
              Duration.ofSeconds(10));
      ModelFolder.resolve(path.toString(), new Hub(settings.asOffline()), Progress.NONE);
      assertThat(server.requests()).isEmpty();
      ModelFolder.resolve(path.toString(), new Hub(settings), Progress.NONE);
      Path cached = folder.resolve("hub/models--acme--model/snapshots").resolve(HubServer.COMMIT);
      assertThat(cached.resolve("model.safetensors"))
          .hasSameBinaryContentAs(tower.resolve("model.safetensors"));
      Files.move(tower, folder.resolve("model")); // named as the last word of acme/model
      int before = server.requests().size();
      ModelFolder.resolve(path.toString(), new Hub(settings), Progress.NONE);
      assertThat(server.requests()).hasSize(before);
      assertThat(ModelFolder.open(path).report().isExact()).isTrue();
    }
  }

  @Test
  void aReleasedTowerInsideOfTheWeightsNeedsNothingElse() {
    ObjectNode json =
        Json.object()
            .put("model_type", "llava")
            .put("mm_vision_tower", "openai/clip-vit-large-patch14-336")
            .put("mm_projector_type", "mlp2x_gelu");
    ObjectNode known = LlavaOriginal.tower(json).known();
    assertThat(known).isNotNull();
    json.set("vision_config", known);
    var config = LlavaOriginal.readConfig(json);
    assertThat(config.vision().imageSize()).isEqualTo(336);
    assertThat(config.vision().activation()).isEqualTo("quick_gelu");
    assertThat(config.featureLayer()).isEqualTo(23);
    assertThat(config.viewTokens()).isEqualTo(576);
  }

  @Test
  void aProjectorOfOtherSizesIsNamed() throws IOException {
    Path path = fixture("a", Place.INSIDE, Form.SAFETENSORS);
    try (var _ = new Scope()) {
      var tensors = TensorSource.readAll(path);
      tensors.put("model.mm_projector.0.weight", Tensors.of(new float[48 * 16], 48, 16));
      SafeTensors.write(path.resolve("model.safetensors"), tensors, Map.of());
    }
    assertRefused(
        () -> ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU),
        "'model.mm_projector.0.weight' is [48, 16] instead of [48, 32]");
    Path linear = fixture("b", Place.INSIDE, Form.SAFETENSORS, "mm_projector_type", "\"linear\"");
    assertRefused(
        () -> ModelFolder.open(linear).load(LoadOptions.DEFAULT, CPU),
        "no 'model.mm_projector.weight' [48, 32]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "mm_hidden_size | 1024 | 'mm_hidden_size' is 1024: the image tower gives vectors of 32",
        "mm_projector_type | 'resampler' | mlp9x_gelu",
        "mm_projector_type | 'identity' | from 32 numbers to 48",
        "mm_vision_select_layer | -4 | 3 layers",
        "mm_vision_select_layer | 4 | 3 layers",
        "mm_vision_select_feature | 'cls' | patch or cls_patch",
        "image_aspect_ratio | 'anyres_max_9' | square, pad or anyres",
        "image_aspect_ratio | 'anyres' | 'mm_patch_merge_type' must be 'spatial_unpad'",
        "use_mm_proj | false | use_mm_proj",
        "s2 | true | s2",
        "mm_vision_tower | null | must name the image tower",
        "model_type | 'llava_mpt' | llava_mistral",
        "hidden_size | 64 | 'model.mm_projector.0.weight' is [48, 32] instead of [64, 32]"
      })
  void contradictionsAreRefused(String key, String value, String part) throws IOException {
    Path path = fixture("a", Place.INSIDE, Form.SAFETENSORS, key, value.replace('\'', '"'));
    assertRefused(() -> ModelFolder.open(path).load(LoadOptions.DEFAULT, CPU), part);
  }

  @Test
  void aTowerOfAnotherKindIsRefused() throws IOException {
    Path path = fixture("a", Place.BESIDE, Form.SAFETENSORS);
    Files.writeString(
        folder.resolve("tiny-tower/config.json"),
        "{\"model_type\":\"siglip\",\"vision_config\":{\"model_type\":\"siglip_vision_model\"}}");
    assertRefused(() -> ModelFolder.open(path), "image tower", "siglip");
  }

  @Test
  void aProjectorAloneIsNoModel() throws IOException {
    Path path = Files.createDirectory(folder.resolve("pretrain"));
    Files.writeString(path.resolve("config.json"), "{\"model_type\":\"llava\"}");
    Files.write(path.resolve("mm_projector.bin"), new byte[1]);
    assertRefused(() -> ModelFolder.open(path), "mm_projector.bin", "projector alone");
  }

  @Test
  void picturesAreSquaredAsTheConfigurationSays() throws IOException {
    Path pads = fixture("a", Place.INSIDE, Form.SAFETENSORS);
    Preprocessing clip = Preprocessing.clip(32);
    assertThat(ModelFolder.open(pads).preprocessing())
        .isEqualTo(clip.withMode(Preprocessing.Mode.SQUARED));
    Path cuts = fixture("b", Place.INSIDE, Form.SAFETENSORS, "image_aspect_ratio", "\"square\"");
    assertThat(ModelFolder.open(cuts).preprocessing()).isEqualTo(clip);
  }

  /** A checkpoint of random weights with one of our configurations, and the same in the hub's. */
  private Path random(String name, ModelSpec<?> spec, ObjectNode change) throws IOException {
    Engine.seed(7);
    Path hub = folder.resolve("hub-" + name);
    Files.createDirectories(hub);
    ObjectNode json =
        new LlavaFamily().writeConfig(Layout.HUGGING_FACE, (LlavaConfig) spec.config());
    Files.writeString(hub.resolve("config.json"), Json.toText(json));
    try (Model model = spec.create();
        var _ = new Scope()) {
      var theirs = new LlavaFamily().keys(Layout.HUGGING_FACE).toTheirs(model.weights());
      theirs.replaceAll((_, tensor) -> tensor.detach().contiguous());
      SafeTensors.write(hub.resolve("model.safetensors"), theirs, Map.of());
    }
    ObjectNode original = config(json);
    original.setAll(change);
    return checkpoint(hub, name, original, Place.INSIDE, Form.SAFETENSORS);
  }

  private static ModelSpec<?> spec(String... replacements) {
    String yaml = TinyModels.LLAVA.replace("vocabularySize: 560", "vocabularySize: 1600");
    for (int i = 0; i < replacements.length; i += 2) {
      assertThat(yaml).contains(replacements[i]);
      yaml = yaml.replace(replacements[i], replacements[i + 1]);
    }
    return ModelSpec.parse(Json.fromYaml(yaml, ObjectNode.class, "test"), "test");
  }

  @Test
  void canvasesAndTheLineBreakAreRead() throws IOException {
    ModelSpec<?> spec =
        spec(
            "anyRes: null",
            "anyRes: {canvases: [{height: 16, width: 32}, {height: 48, width: 16}]}");
    ObjectNode change =
        Json.object()
            .put("image_aspect_ratio", "anyres")
            .put("mm_patch_merge_type", "spatial_unpad")
            .put("image_grid_pinpoints", "[(32, 16), (16, 48)]");
    Path original = random("llava-v1.6-tiny", spec, change);
    ModelFolder opened = ModelFolder.open(original);
    var config = (LlavaConfig) opened.spec().config();
    assertThat(config.anyRes()).isEqualTo(((LlavaConfig) spec.config()).anyRes());
    assertThat(opened.report().isExact()).isTrue();
    Path hub = folder.resolve("hub-llava-v1.6-tiny");
    try (var one = (Llava) opened.load(LoadOptions.DEFAULT, CPU).model();
        var other = (Llava) ModelFolder.open(hub).load(LoadOptions.DEFAULT, CPU).model();
        var _ = new Scope();
        var _ = new NoGrad()) {
      one.setTraining(false);
      other.setTraining(false);
      int tokens = 4 + 2 * 5; // the view, and two rows with a line break each
      Tensor ids = Tensors.of(LongStream.range(0, tokens).map(_ -> -200).toArray(), 1, tokens);
      Tensor views = Tensors.of(Randomness.normal(Randomness.ofTest(), 3 * 3 * 256), 3, 3, 16, 16);
      Tensor sizes = Tensors.of(new long[] {16, 32}, 1, 2);
      assertThat(distance(one.logits(ids, views, sizes), other.logits(ids, views, sizes))).isZero();
    }
  }

  @Test
  void aLineBreakWithoutCanvasesIsPassedOver() throws IOException {
    Path path = fixture("a", Place.INSIDE, Form.SAFETENSORS);
    try (var _ = new Scope()) {
      var tensors = TensorSource.readAll(path);
      tensors.put("model.image_newline", Tensors.of(new float[48], 48));
      SafeTensors.write(path.resolve("model.safetensors"), tensors, Map.of());
    }
    assertThat(ModelFolder.open(path).report().isExact()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "linear, linear, weight",
    "mlp1x_gelu, linear, 0.weight",
    "mlp3x_gelu, mlp3, 4.weight",
    "identity, identity, ''"
  })
  void otherProjectorsAreRead(String type, String kind, String last) throws IOException {
    ModelSpec<?> spec = spec("kind: mlp", "kind: " + kind);
    Path original = random("a", spec, Json.object().put("mm_projector_type", type));
    try (var _ = new Scope()) {
      var tensors = TensorSource.readAll(original);
      // The names that the hub's layout has not.
      rename(tensors, "multi_modal_projector.linear_3.", "model.mm_projector.4.");
      if (type.equals("linear")) {
        rename(tensors, "model.mm_projector.0.", "model.mm_projector.");
      }
      assertThat(tensors.containsKey("model.mm_projector." + last)).isEqualTo(!last.isEmpty());
      SafeTensors.write(original.resolve("model.safetensors"), tensors, Map.of());
      ModelFolder opened = ModelFolder.open(original);
      assertThat(opened.report().isExact()).as(opened.report().toString()).isTrue();
      try (var model = (Llava) opened.load(LoadOptions.DEFAULT, CPU).model();
          var _ = new NoGrad()) {
        model.setTraining(false);
        Tensor views = Tensors.of(Randomness.normal(Randomness.ofTest(), 3 * 256), 1, 3, 16, 16);
        Tensor h = tower(model, views);
        for (int i = 0; i < 5; i += 2) {
          String part = type.equals("linear") ? "" : i + ".";
          Tensor weight = tensors.get("model.mm_projector." + part + "weight");
          if (weight != null && (i == 0 || !type.equals("linear"))) {
            Tensor bias = tensors.get("model.mm_projector." + part + "bias");
            h = torch.linear(i == 0 ? h : torch.gelu(h), weight, bias);
          }
        }
        assertThat(distance(model.features(views), h)).isLessThan(2e-6);
      }
    }
  }

  /** What the projector reads. */
  private static Tensor tower(Llava model, Tensor views) {
    var spec = spec("kind: mlp", "kind: identity");
    try (var identity = (Llava) spec.create();
        var _ = new NoGrad()) {
      identity.setTraining(false);
      identity
          .parameters()
          .forEach((name, parameter) -> parameter.copy_(model.parameters().get(name)));
      return identity.features(views).clone();
    }
  }

  private static void rename(Map<String, Tensor> tensors, String from, String to) {
    for (String name : List.copyOf(tensors.keySet())) {
      if (name.startsWith(from)) {
        tensors.put(to + name.substring(from.length()), tensors.remove(name));
      }
    }
  }

  private static void giveTokenizer(Path path) throws IOException {
    try (var in = LlavaOriginalTest.class.getResourceAsStream("llama.model")) {
      assertThat(in).isNotNull();
      Files.write(path.resolve("tokenizer.model"), in.readAllBytes());
    }
    Files.writeString(
        path.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\":\"LlamaTokenizer\",\"bos_token\":\"<s>\",\"eos_token\":\"</s>\","
            + "\"unk_token\":\"<unk>\",\"legacy\":false}");
  }

  @Test
  void aFolderWithNothingButATokenizerModelIsAsked() throws IOException {
    ModelSpec<?> spec = spec("contextLength: 48", "contextLength: 256");
    Path path = random("llava-v1.5-tiny", spec, Json.object());
    giveTokenizer(path);
    Path converted = folder.resolve("converted");
    Converter.convert(path, converted, Layout.HUGGING_FACE, null);
    var random = Randomness.ofTest();
    var rgb = new byte[3 * 30 * 20];
    random.nextBytes(rgb);
    var picture = new Pixels(30, 20, rgb);
    Dialogue question = Dialogue.empty().and(Role.USER, List.of(picture), "What is this?");
    var options = AnswerOptions.GREEDY.withMaxTokens(8);
    try (Chat one = Chat.load(path, CPU, LoadOptions.DEFAULT);
        Chat other = Chat.load(converted, CPU, LoadOptions.DEFAULT)) {
      String answer = one.answer(question, options, Language.Listener.NONE).text();
      assertThat(answer).isNotEmpty();
      assertThat(other.answer(question, options, Language.Listener.NONE).text()).isEqualTo(answer);
    }
    try (Tokenizer tokenizer = ModelFolder.open(path).tokenizer()) {
      var rows =
          new DialogueRows(
              LlavaConversation.of(path, Json.readObject(path.resolve("config.json"))),
              tokenizer,
              (LlavaConfig) spec.config(),
              Preprocessing.clip(16),
              256);
      String before =
          "A chat between a curious user and an artificial intelligence assistant. The assistant"
              + " gives helpful, detailed, and polite answers to the user's questions. USER: ";
      assertThat(rows.prompt(question).ids())
          .containsExactly(
              LongStream.of(
                      concat(
                          new long[] {1},
                          tokenizer.pieces(before),
                          new long[] {-200, -200, -200, -200},
                          tokenizer.pieces("\nWhat is this? ASSISTANT:")))
                  .toArray());
    }
  }

  private static long[] concat(long[]... parts) {
    return List.of(parts).stream().flatMapToLong(LongStream::of).toArray();
  }

  @Test
  void picturesMayStandBetweenMarksIfTheTokenizerHasThem() throws IOException {
    ObjectNode json = Json.object().put("mm_use_im_start_end", true);
    Path path = Files.createDirectory(folder.resolve("llava-v1-tiny"));
    giveTokenizer(path);
    assertRefused(() -> LlavaConversation.of(path, json), "<im_start>", "added_tokens.json");
    Files.writeString(
        path.resolve("added_tokens.json"), "{\"<im_start>\": 1600, \"<im_end>\": 1601}");
    var messages = List.of(new ChatTemplate.Message(Role.USER, "<image>\nwhat?"));
    assertThat(LlavaConversation.of(path, json).render(messages, true))
        .endsWith("USER: <im_start><image><im_end>\nwhat? ASSISTANT:");
  }

  @ParameterizedTest
  @CsvSource({
    "llava-v1.5-7b, '', VICUNA_V1",
    "llava-v1.6-vicuna-13b, '', VICUNA_V1",
    "LLaVA-v1.6-Mistral-7b, '', MISTRAL_INSTRUCT",
    "llava-v1.6-34b, '', CHATML_DIRECT",
    "llava-llama-2-13b-chat-lightning-preview, '', LLAVA_LLAMA_2",
    "mine, mistralai/Mistral-7B-Instruct-v0.2, MISTRAL_INSTRUCT",
    "mine, '', VICUNA_V1",
    "llava-v1.6-34b/checkpoint-100, '', CHATML_DIRECT",
    "hub/models--liuhaotian--llava-v1.6-mistral-7b/snapshots/5f0c1a, '', MISTRAL_INSTRUCT",
    "hub/models--me--mine/snapshots/9f0av1c, lmsys/Llama-2-7b, LLAVA_LLAMA_2"
  })
  void theNameTellsTheConversation(String path, String base, LlavaConversation expected) {
    ObjectNode json = Json.object().put("model_type", "llava").put("_name_or_path", base);
    assertThat(LlavaConversation.named(LlavaConversation.names(Path.of("/m", path), json)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "llava-v1.5 ; A chat between a curious user and an artificial intelligence assistant. The"
            + " assistant gives helpful, detailed, and polite answers to the user's questions."
            + " USER: <image>~a? ASSISTANT: b</s>USER: c? ASSISTANT:",
        "llava-mistral ; [INST] <image>~a? [/INST] b </s>[INST] c? [/INST]",
        "llava-llama-2 ; [INST] <<SYS>>~You are a helpful language and vision assistant. You are"
            + " able to understand the visual content that the user provides, and assist the user"
            + " with a variety of tasks using natural language.~<</SYS>>~~<image>~a? [/INST] b"
            + " </s><s>[INST] c? [/INST]",
        "llava-v1.6-34b ; <|im_start|>system~Answer the"
            + " questions.<|im_end|><|im_start|>user~<image>~a?"
            + "<|im_end|><|im_start|>assistant~b<|im_end|><|im_start|>user~c?<|im_end|><|im_start|>"
            + "assistant~"
      })
  void conversationsAreThoseOfItsOwnCode(String name, String expected) {
    var template = LlavaConversation.of(Path.of("/m", name), Json.object());
    var messages =
        List.of(
            new ChatTemplate.Message(Role.USER, "<image>\na?"),
            new ChatTemplate.Message(Role.ASSISTANT, "b"),
            new ChatTemplate.Message(Role.USER, "c?"));
    assertThat(template.render(messages, true)).isEqualTo(expected.replace('~', '\n'));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llava-v1.5", "llava-mistral", "llava-llama-2", "llava-v1.6-34b"})
  void instructionsOfOnesOwnTakeThePlaceOfTheUsual(String name) {
    var template = LlavaConversation.of(Path.of("/m", name), Json.object());
    var messages =
        List.of(
            new ChatTemplate.Message(Role.SYSTEM, "Be brief."),
            new ChatTemplate.Message(Role.USER, "a?"));
    assertThat(template.render(messages, true))
        .contains("Be brief.")
        .doesNotContain("helpful", "Answer the questions");
  }
}
