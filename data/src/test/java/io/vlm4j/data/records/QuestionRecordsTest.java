package io.vlm4j.data.records;

import static io.vlm4j.data.records.Layouts.complaints;
import static io.vlm4j.data.records.Layouts.number;
import static io.vlm4j.data.records.Layouts.parts;
import static io.vlm4j.data.records.Layouts.pictures;
import static io.vlm4j.data.records.Layouts.sample;
import static io.vlm4j.data.records.Layouts.samples;
import static io.vlm4j.data.records.Layouts.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Part.Question;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts of questions with answers, and of choices between captions. */
class QuestionRecordsTest {
  private static final String QUESTIONS =
      """
      {"info": {}, "task_type": "Open-Ended", "data_type": "mscoco", "license": {},
       "data_subtype": "val2014", "questions": [
        {"image_id": 262148, "question": "Where is he looking?", "question_id": 262148000},
        {"image_id": 262148, "question": "What colour?", "question_id": 262148001}]}
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "val2014/COCO_val2014_000000262148.jpg",
        "COCO_val2014_000000262148.jpg",
        "val2017/000000262148.jpg",
        "train2017/000000262148.jpg",
        "000000262148.jpg"
      })
  void vqaJoinsQuestionsAndAnnotations(String picture) throws IOException {
    Path questions = write(folder.resolve("q.json"), QUESTIONS);
    Path annotations =
        write(
            folder.resolve("a.json"),
            """
            {"annotations": [
              {"question_type": "none of the above", "multiple_choice_answer": "down",
               "answers": [
                {"answer": "down", "answer_confidence": "yes", "answer_id": 1},
                {"answer": "at table", "answer_confidence": "maybe", "answer_id": 2}],
               "image_id": 262148, "answer_type": "other", "question_id": 262148000}],
             "data_subtype": "val2014"}
            """);
    pictures(folder, picture);

    Source source = VqaQuestions.read(questions, annotations, folder);
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(sample.key()).isEqualTo("262148000");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Question.class))
        .containsExactly(Question.open("Where is he looking?", List.of("down", "at table")));
    assertThat(sample.metadata())
        .isEqualTo(
            Map.of(
                "image_id",
                262148L,
                "question_type",
                "none of the above",
                "multiple_choice_answer",
                "down",
                "answer_type",
                "other",
                "answers",
                List.of(
                    Map.of("answer_confidence", "yes", "answer_id", 1L),
                    Map.of("answer_confidence", "maybe", "answer_id", 2L))));
    assertThat(complaints(source))
        .containsExactly(questions + ": questions[1]: question 262148001 has no annotation");
  }

  @Test
  void vqaWithoutAnnotationsHasQuestionsWithoutAnswers() throws IOException {
    Path questions = write(folder.resolve("q.json"), QUESTIONS);

    assertThat(samples(VqaQuestions.read(questions, null, folder)))
        .flatExtracting(sample -> sample.all(Question.class))
        .containsExactly(
            Question.open("Where is he looking?", List.of()),
            Question.open("What colour?", List.of()));
  }

  @Test
  void aokvqaHasChoicesAndDirectAnswers() throws IOException {
    Path file =
        write(
            folder.resolve("aokvqa_v1p0_val.json"),
            """
            [{"split": "val", "image_id": 461751, "question_id": "22jbM6gDxdaMaunuzgrsBB",
              "question": "What is in his mouth?", "choices": ["toothpick", "food", "cigarette"],
              "correct_choice_idx": 2, "direct_answers": ["cigarette", "smoke"],
              "difficult_direct_answer": false, "rationales": ["He's smoking."]},
             {"split": "test", "image_id": 1, "question_id": "t", "question": "Why?",
              "choices": ["a", "b"]},
             {"split": "val", "image_id": 1, "question_id": "u", "question": "Why?",
              "choices": ["a", "b"], "correct_choice_idx": 2}]
            """);
    pictures(folder, "val2017/000000461751.jpg");

    Source source = AokvqaQuestions.read(file, folder);
    List<Sample> samples = source.shards().getFirst().open();

    assertThat(samples.getFirst().key()).isEqualTo("22jbM6gDxdaMaunuzgrsBB");
    assertThat(number(samples.getFirst().picture())).isEqualTo(1);
    assertThat(samples.getFirst().all(Question.class))
        .containsExactly(
            new Question(
                "What is in his mouth?",
                List.of("cigarette", "smoke"),
                List.of("toothpick", "food", "cigarette"),
                2));
    assertThat(samples.getFirst().metadata())
        .containsEntry("rationales", List.of("He's smoking."))
        .containsEntry("difficult_direct_answer", false);
    assertThat(samples.get(1).all(Question.class))
        .containsExactly(new Question("Why?", List.of(), List.of("a", "b"), -1));
    assertThat(complaints(source)).containsExactly(file + "[2]: choice 2 of 2 to 'Why?'");
  }

  @Test
  void textVqaNamesPicturesByTheirId() throws IOException {
    Path file =
        write(
            folder.resolve("TextVQA_0.5.1_val.json"),
            """
            {"dataset_type": "val", "dataset_name": "textvqa", "dataset_version": "0.5.1", "data": [
              {"question": "what is the brand?", "image_id": "0054c91397f2fe05",
               "image_classes": ["Camera"], "flickr_original_url": "https://f/o.jpg",
               "flickr_300k_url": "https://f/z.jpg", "image_width": 1024, "image_height": 730,
               "answers": ["nokia", "nokia"], "question_tokens": ["what"], "question_id": 34602,
               "set_name": "val"}]}
            """);
    pictures(folder, "train_images/0054c91397f2fe05.jpg");

    Sample sample = sample(TextVqaQuestions.read(file, folder));

    assertThat(sample.key()).isEqualTo("34602");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Question.class))
        .containsExactly(Question.open("what is the brand?", List.of("nokia", "nokia")));
    assertThat(sample.metadata()).containsEntry("image_width", 1024L).containsKey("image_classes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"documents/pybv0228_81.png", "pybv0228_81.png"})
  void docVqaAsksAboutAPage(String page) throws IOException {
    Path file =
        write(
            folder.resolve("val_v1.0.json"),
            """
            {"dataset_name": "docvqa", "dataset_split": "val", "dataset_version": "1.0", "data": [
              {"questionId": 49153, "question": "What is the actual value?",
               "image": "documents/pybv0228_81.png", "docId": 14465, "ucsf_document_id": "pybv0228",
               "ucsf_document_page_no": "81", "answers": ["0.28"], "data_split": "val"}]}
            """);
    pictures(folder, page);

    Sample sample = sample(DocVqaQuestions.read(file, folder));

    assertThat(sample.key()).isEqualTo("49153");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Question.class))
        .containsExactly(Question.open("What is the actual value?", List.of("0.28")));
    assertThat(sample.metadata())
        .isEqualTo(
            Map.of(
                "docId",
                14465L,
                "ucsf_document_id",
                "pybv0228",
                "ucsf_document_page_no",
                "81",
                "data_split",
                "val"));
  }

  @Test
  void spatialStatementsAreTrueOrFalse() throws IOException {
    Path file =
        write(
            folder.resolve("test.jsonl"),
            """
            {"image": "000000050403.jpg", "image_link": "http://images.cocodataset.org/train2017/000000050403.jpg", "caption": "The teddy bear is in front of the person.", "label": 1, "relation": "in front of", "annotator_id": 31, "vote_true_validator_id": [2, 6], "vote_false_validator_id": []}
            {"image": "x.jpg", "caption": "c", "label": 2, "relation": "on"}
            """);
    pictures(folder, "train2017/000000050403.jpg");

    Source source = SpatialReasoning.read(file, folder);
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(sample.key()).isEqualTo("test-0");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Question.class))
        .containsExactly(
            Question.choice(
                "The teddy bear is in front of the person.", List.of("false", "true"), 1));
    assertThat(sample.metadata())
        .containsEntry("relation", "in front of")
        .containsEntry("vote_true_validator_id", List.of(2L, 6L));
    assertThat(complaints(source))
        .containsExactly(file + ":2: 'label' is something else, expected 0 or 1");
  }

  @Test
  void winogroundHasTwoPicturesAndTwoCaptions() throws IOException {
    Path file =
        write(
            folder.resolve("examples.jsonl"),
            """
            {"id": 0, "image_0": "ex_0_img_0", "image_1": "ex_0_img_1", "caption_0": "an old person kisses a young person", "caption_1": "a young person kisses an old person", "tag": "Adjective-Age", "secondary_tag": "Morpheme-Level", "num_main_preds": 1, "collapsed_tag": "Object"}
            """);
    pictures(folder, "ex_0_img_0.png", "ex_0_img_1.png");

    Sample sample = sample(WinogroundExamples.read(file, folder));

    assertThat(sample.key()).isEqualTo("0");
    assertThat(parts(sample))
        .containsExactly(
            "picture 1",
            "an old person kisses a young person",
            "picture 2",
            "a young person kisses an old person");
    assertThat(sample.metadata()).containsEntry("collapsed_tag", "Object").hasSize(4);
  }

  @Test
  void aroCutsPicturesToTheBox() throws IOException {
    Path file =
        write(
            folder.resolve("visual_genome_relation.json"),
            """
            [{"image_id": "2", "image_path": "2.jpg", "bbox_x": 3, "bbox_y": 1, "bbox_w": 9,
              "bbox_h": 2, "relation_name": "on", "true_caption": "the cup is on the table",
              "false_caption": "the table is on the cup"},
             {"image_path": "2.jpg", "bbox_x": 30, "bbox_y": 1, "bbox_w": 9, "bbox_h": 2,
              "attributes": ["red", "tall"], "true_caption": "t", "false_caption": "f"}]
            """);
    var whole = Pictures.noise(5, 4, 1);
    Pictures.write(folder.resolve("2.jpg"), whole);

    List<Sample> samples = samples(AroChoices.read(file, folder));
    var cut = samples.getFirst().picture().pixels();

    assertThat(cut.width()).isEqualTo(2);
    assertThat(cut.height()).isEqualTo(2);
    assertThat(cut.get(0, 0, 0)).isEqualTo(whole.get(3, 1, 0));
    assertThat(cut.get(1, 1, 2)).isEqualTo(whole.get(4, 2, 2));
    assertThat(samples.getFirst().all(Question.class))
        .containsExactly(
            Question.choice("", List.of("the table is on the cup", "the cup is on the table"), 1));
    assertThat(samples.getFirst().metadata())
        .containsEntry("relation_name", "on")
        .containsEntry("bbox", List.of(3.0, 1.0, 9.0, 2.0));
    assertThat(samples.getLast().metadata()).containsEntry("attributes", List.of("red", "tall"));
    assertThatThrownBy(() -> samples.getLast().picture().pixels())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nothing of the picture is in its box");
  }

  @Test
  void aroOrdersHaveTheTrueCaptionFirst() throws IOException {
    Path file =
        write(
            folder.resolve("coco_order.json"),
            """
            [{"image": "val2014/COCO_val2014_000000391895.jpg",
              "caption_options": ["a man rides", "rides man a"]},
             {"image": "b.jpg", "caption_options": ["alone"]}]
            """);
    pictures(folder, "val2014/COCO_val2014_000000391895.jpg");

    Source source = AroChoices.readOrders(file, folder);
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Question.class))
        .containsExactly(Question.choice("", List.of("a man rides", "rides man a"), 0));
    assertThat(complaints(source)).singleElement().asString().contains("at least two captions");
  }

  @Test
  void sugarCrepesSubsetsAreFiles() throws IOException {
    String record =
        """
        {"0": {"filename": "000000085329.jpg", "caption": "Young man.",
               "negative_caption": "Old man."},
         "7": {"filename": "000000085329.jpg", "caption": "Man."}}
        """;
    Path data = folder.resolve("data");
    Path first = write(data.resolve("add_obj.json"), record);
    write(data.resolve("swap_att.json"), "{}");
    pictures(folder, "val2017/000000085329.jpg");

    Source source = SugarCrepeChoices.read(data, folder);
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(source.shards()).hasSize(2);
    assertThat(sample.key()).isEqualTo("add_obj-0");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Question.class))
        .containsExactly(Question.choice("", List.of("Young man.", "Old man."), 0));
    assertThat(sample.metadata()).isEqualTo(Map.of("subset", "add_obj"));
    assertThat(complaints(source))
        .containsExactly(first + "['7']: 'negative_caption' is missing, expected a text");
  }

  @Test
  void popeAsksForYesOrNo() throws IOException {
    Path file =
        write(
            folder.resolve("coco_pope_random.json"),
            """
            {"question_id": 1, "image": "COCO_val2014_000000016631.jpg", "text": "Is there a person in the image?", "label": "yes"}
            {"question_id": 2, "image": "COCO_val2014_000000016631.jpg", "text": "Is there a bear in the image?", "label": "no"}
            {"question_id": 3, "image": "COCO_val2014_000000016631.jpg", "text": "?", "label": "perhaps"}
            """);
    pictures(folder, "val2014/COCO_val2014_000000016631.jpg");

    Source source = PopeQuestions.read(file, folder);
    List<Sample> samples = source.shards().getFirst().open();

    assertThat(samples.getFirst().key()).isEqualTo("coco_pope_random-1");
    assertThat(number(samples.getFirst().picture())).isEqualTo(1);
    assertThat(samples.getFirst().all(Question.class))
        .containsExactly(
            Question.choice("Is there a person in the image?", List.of("yes", "no"), 0));
    assertThat(samples.get(1).all(Question.class)).extracting(Question::correct).containsExactly(1);
    assertThat(complaints(source))
        .containsExactly(file + ":3: 'label' is something else, expected 'yes' or 'no'");
  }
}
