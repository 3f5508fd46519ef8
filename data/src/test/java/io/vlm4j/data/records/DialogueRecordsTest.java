package io.vlm4j.data.records;

import static io.vlm4j.data.records.Layouts.complaints;
import static io.vlm4j.data.records.Layouts.parts;
import static io.vlm4j.data.records.Layouts.pictures;
import static io.vlm4j.data.records.Layouts.sample;
import static io.vlm4j.data.records.Layouts.samples;
import static io.vlm4j.data.records.Layouts.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts of turns: conversations, preferences, edits, and questions that follow one another. */
class DialogueRecordsTest {
  private static final String LLAVA =
      """
      {"id": "000000033471", "image": "1.jpg", "conversations": [
       {"from": "system", "value": "Be brief."},
       {"from": "human", "value": "<image>\\nWhat are the colors?"},
       {"from": "gpt", "value": "White and red."}], "source": "x"}
      """
          .replace("\n", " ");
  private static final String SEVERAL =
      """
      {"id": 7, "image": ["1.jpg", "2.jpg"], "conversations": [
       {"from": "human", "value": "Compare <image> with <image>\\n, please."},
       {"from": "gpt", "value": "Alike."}]}
      """
          .replace("\n", " ");
  private static final String WITHOUT =
      "{\"conversations\": [{\"from\": \"human\", \"value\": \"Hi\"}]}";

  @TempDir Path folder;

  @BeforeEach
  void writePictures() throws IOException {
    pictures(folder, "1.jpg", "2.jpg");
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "lines"})
  void llavaPutsPicturesWhereTheirMarkersAre(String form) throws IOException {
    Path file =
        form.equals("list")
            ? write(
                folder.resolve("mix.json"), "[" + LLAVA + "," + SEVERAL + ",\n" + WITHOUT + "]\n")
            : write(folder.resolve("mix.jsonl"), LLAVA + "\n\n" + SEVERAL + "\r\n" + WITHOUT);

    List<Sample> samples = samples(LlavaConversations.read(file, folder));

    assertThat(samples).extracting(Sample::key).containsExactly("mix-0", "mix-1", "mix-2");
    assertThat(samples.get(1).origin()).isEqualTo(file + (form.equals("list") ? "[1]" : ":3"));
    assertThat(parts(samples.get(0)))
        .containsExactly(
            "system[Be brief.]",
            "user[picture 1, What are the colors?]",
            "assistant[White and red.]");
    assertThat(samples.get(0).metadata()).isEqualTo(Map.of("id", "000000033471", "source", "x"));
    assertThat(parts(samples.get(1)))
        .containsExactly(
            "user[Compare , picture 1,  with , picture 2, , please.]", "assistant[Alike.]");
    assertThat(parts(samples.get(2))).containsExactly("user[Hi]");
  }

  @Test
  void llavaRefusesRecordsWhoseMarkersDoNotFit() throws IOException {
    Path file =
        write(
            folder.resolve("mix.jsonl"),
            String.join(
                "\n",
                LLAVA.replace("<image>", ""),
                LLAVA.replace("<image>", "<image><image>"),
                WITHOUT.replace("Hi", "<image>"),
                WITHOUT.replace("human", "robot"),
                "{\"conversations\": []}",
                WITHOUT.replace("}]}", ""),
                WITHOUT));

    var source = LlavaConversations.read(file, folder);

    assertThat(source.size()).isEqualTo(7);
    assertThat(complaints(source))
        .satisfiesExactly(
            one -> assertThat(one).isEqualTo(file + ":1: 0 times <image> for 1 pictures"),
            one -> assertThat(one).isEqualTo(file + ":2: 2 times <image> for 1 pictures"),
            one -> assertThat(one).isEqualTo(file + ":3: 1 times <image> for 0 pictures"),
            one ->
                assertThat(one)
                    .isEqualTo(
                        file
                            + ":4: 'conversations[0].from' is something else, expected 'human',"
                            + " 'gpt' or 'system'"),
            one -> assertThat(one).contains(":5: 'conversations' ", "at least one turn"),
            one -> assertThat(one).startsWith(file + ":6: not valid JSON: "));
  }

  @Test
  void preferencesOfMessagesHavePicturesInTheirPlaces() throws IOException {
    Path file =
        write(
            folder.resolve("rlaif.jsonl"),
            """
            {"images": ["1.jpg", {"path": "2.jpg"}], "prompt": [{"role": "user", "content": [
              {"type": "image"}, {"type": "text", "text": "Which?"}, {"type": "image"}]}],
             "chosen": [{"role": "assistant", "content": [{"type": "text", "text": "The first."}]}],
             "rejected": [{"role": "assistant", "content": "None."}], "source": "a"}
            """
                .replace("\n", " "));

    Sample sample = sample(TrlPreferences.read(file, folder));
    var preference = sample.all(Part.Preference.class).getFirst();

    assertThat(preference.prompt()).hasSize(1);
    assertThat(preference.prompt().getFirst().content()).hasSize(3);
    assertThat(preference.prompt().getFirst().text()).isEqualTo("Which?");
    assertThat(sample.pictures()).extracting(Layouts::number).containsExactly(1, 2);
    assertThat(preference.chosen()).containsExactly(Turn.of("assistant", "The first."));
    assertThat(preference.rejected()).containsExactly(Turn.of("assistant", "None."));
    assertThat(sample.metadata()).isEqualTo(Map.of("source", "a"));
  }

  @Test
  void preferencesOfPlainTextsHaveTheirPicturesFirst() throws IOException {
    Path file =
        write(
            folder.resolve("plain.jsonl"),
            """
            {"image": "1.jpg", "prompt": "Which?", "chosen": "This.", "rejected": "That."}
            {"prompt": "Who?", "chosen": "I.", "rejected": "You."}
            """);

    List<Sample> samples = samples(TrlPreferences.read(file, folder));
    var preference = samples.getFirst().all(Part.Preference.class).getFirst();

    assertThat(preference.prompt().getFirst().role()).isEqualTo("user");
    assertThat(preference.prompt().getFirst().content().getLast())
        .isEqualTo(new Part.Text("Which?"));
    assertThat(samples.getFirst().pictures()).extracting(Layouts::number).containsExactly(1);
    assertThat(preference.chosen()).containsExactly(Turn.of("assistant", "This."));
    assertThat(samples.getLast().pictures()).isEmpty();
  }

  @Test
  void whatBothAnswersBeginWithIsThePrompt() throws IOException {
    String prompt =
        "{\"role\": \"user\", \"content\": [{\"type\": \"image\"}, {\"type\": \"text\", \"text\":"
            + " \"Sky?\"}]}";
    Path file =
        write(
            folder.resolve("implicit.jsonl"),
            """
            {"images": ["2.jpg"],
             "chosen": [%s, {"role": "assistant", "content": "Blue."}],
             "rejected": [%s, {"role": "assistant", "content": "Green."}]}
            """
                .formatted(prompt, prompt)
                .replace("\n", " "));

    Sample sample = sample(TrlPreferences.read(file, folder));
    var preference = sample.all(Part.Preference.class).getFirst();

    assertThat(preference.prompt()).extracting(Turn::text).containsExactly("Sky?");
    assertThat(sample.pictures()).extracting(Layouts::number).containsExactly(2);
    assertThat(preference.chosen()).containsExactly(Turn.of("assistant", "Blue."));
    assertThat(preference.rejected()).containsExactly(Turn.of("assistant", "Green."));
  }

  @Test
  void preferencesThatDoNotFitAreRefused() throws IOException {
    Path file =
        write(
            folder.resolve("bad.jsonl"),
            """
            {"images": [], "prompt": [{"role": "user", "content": [{"type": "image"}]}], "chosen": "a", "rejected": "b"}
            {"images": ["1.jpg", "2.jpg"], "prompt": [{"role": "user", "content": [{"type": "image"}]}], "chosen": "a", "rejected": "b"}
            {"prompt": "p", "chosen": "a"}
            {"chosen": "a", "rejected": "b"}
            {"prompt": [{"role": "tool", "content": "x"}], "chosen": "a", "rejected": "b"}
            """);

    assertThat(complaints(TrlPreferences.read(file, folder)))
        .containsExactly(
            file + ":1: more places for pictures than the 0 of 'images'",
            file + ":2: 1 places for 2 pictures",
            file + ":3: 'rejected' is missing, expected a text or a list of turns",
            file + ":4: 'prompt' is missing, expected a text or a list of turns",
            file
                + ":5: 'prompt[0].role' is something else, expected 'system', 'user' or"
                + " 'assistant'");
  }

  @ParameterizedTest
  @CsvSource({
    "val, VisualDialog_val2018/VisualDialog_val2018_000000185565.jpg",
    "val, VisualDialog_val2018_000000185565.jpg",
    "train, val2014/COCO_val2014_000000185565.jpg"
  })
  void visualDialogsTakeTheirTextsByNumber(String split, String picture) throws IOException {
    Path dialogs =
        write(
            folder.resolve("visdial_1.0.json"),
            """
            {"version": "1.0", "split": "%s", "data": {
              "questions": ["is it sunny", "is it \\"old\\""],
              "answers": ["yes", "no", "maybe"],
              "dialogs": [
               {"image_id": 185565, "caption": "a plane", "dialog": [
                 {"question": 1, "answer": 0, "answer_options": [2, 0, 1], "gt_index": 1},
                 {"question": 0, "answer_options": [1, 2]}]},
               {"image_id": 2, "caption": "x", "dialog": [{"question": 5, "answer": 0}]}]}}
            """
                .formatted(split));
    Path dense =
        write(
            folder.resolve("dense.json"),
            "[{\"image_id\": 185565, \"round_id\": 1, \"gt_relevance\": [0.2, 1.0, 0]}]");
    pictures(folder, picture);

    var source = VisualDialogs.read(dialogs, dense, folder);
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(sample.key()).isEqualTo("185565");
    assertThat(Layouts.number(sample.picture())).isEqualTo(1);
    assertThat(sample.text()).isEqualTo("a plane");
    assertThat(sample.all(Part.Question.class))
        .containsExactly(
            new Part.Question("is it \"old\"", List.of("yes"), List.of("maybe", "yes", "no"), 1),
            new Part.Question("is it sunny", List.of(), List.of("no", "maybe"), -1));
    assertThat(sample.metadata())
        .isEqualTo(
            Map.of(
                "split",
                split,
                "dense",
                Map.of("round_id", 1L, "gt_relevance", List.of(0.2, 1.0, 0L))));
    assertThat(complaints(source))
        .containsExactly(dialogs + ": data/dialogs[1]: there is no text 5 of 2");
  }

  @Test
  void editsAreTurnsOfTheUserAndTheAssistant() throws IOException {
    String edit =
        """
        {"input": "139306-input.png", "mask": "139306-mask1.png",
         "output": "139306-output1.png", "instruction": "add a cat"}
        """;
    String next =
        edit.replace("input.png", "output1.png")
            .replace("output\": \"139306-output1", "output\": \"139306-output2");
    Path turns = write(folder.resolve("edit_turns.json"), "[" + edit + "," + next + "]");
    Path sessions =
        write(
            folder.resolve("edit_sessions.json"),
            "{\"139306\": [" + edit + "," + next + "], \"5\": [], \"6\": 7}");
    pictures(
        folder.resolve("images/139306"),
        "139306-input.png",
        "139306-mask1.png",
        "139306-output1.png",
        "139306-output2.png");

    List<Sample> single = samples(MagicBrushEdits.readTurns(turns, folder.resolve("images")));
    var source = MagicBrushEdits.readSessions(sessions, folder.resolve("images"));
    Sample session = source.shards().getFirst().open().getFirst();

    assertThat(single).extracting(Sample::key).containsExactly("139306-output1", "139306-output2");
    assertThat(parts(single.getFirst()))
        .containsExactly("user[picture 1, picture 2, add a cat]", "assistant[picture 3]");
    assertThat(session.key()).isEqualTo("139306");
    assertThat(parts(session))
        .containsExactly(
            "user[picture 1, picture 2, add a cat]",
            "assistant[picture 3]",
            "user[picture 3, picture 2, add a cat]",
            "assistant[picture 4]");
    assertThat(complaints(source))
        .satisfiesExactly(
            one -> assertThat(one).startsWith(sessions + "['5']: ").endsWith("a list of edits"),
            one -> assertThat(one).startsWith(sessions + "['6']: ").endsWith("a list of objects"));
  }
}
