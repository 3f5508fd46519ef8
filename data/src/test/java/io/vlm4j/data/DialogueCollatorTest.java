package io.vlm4j.data;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Collator.Row;
import io.vlm4j.dialogue.DialogueRows;
import io.vlm4j.dialogue.PictureReader;
import io.vlm4j.dialogue.PictureViews;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Scope;
import io.vlm4j.tensor.Tensors;
import io.vlm4j.testing.Pictures;
import io.vlm4j.text.BytePairs;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DialogueCollatorTest {
  private static final Picture PLAIN = Picture.drawn("plain", () -> Pictures.plain(6, 3, 0));

  /** Two places for the picture, whatever it is. */
  private static final PictureReader READER =
      new PictureReader() {
        @Override
        public int pictureId() {
          return -200;
        }

        @Override
        public PictureViews views(Pixels picture, Preprocessing preprocessing) {
          return new PictureViews(
              List.of(preprocessing.square(picture)), picture.height(), picture.width(), 2);
        }
      };

  private static Sample sample(Part... parts) {
    return new Sample("key", "origin", List.of(parts), Map.of());
  }

  private static final Sample WITH =
      sample(
          new Part.Turn("user", List.of(PLAIN, new Part.Text("what?"))),
          Part.Turn.of("assistant", "a plain picture"));

  private static final Sample WITHOUT =
      sample(Part.Turn.of("user", "hello"), Part.Turn.of("assistant", "hi"));

  @Test
  void rowsHavePlacesForPicturesAndLabelsForTheAssistant() {
    try (var tokenizer = Tokenizer.of(BytePairs.learn(List.of("a plain picture"), 520), 64);
        var _ = new Scope()) {
      var rows =
          new DialogueRows(
              ChatTemplate.named("plain", BytePairs.END),
              tokenizer,
              READER,
              Preprocessing.clip(4),
              64);
      var skipped = new SkippedSamples();
      var bad = sample(Part.Turn.of("user", "hello"), Part.Turn.of("robot", "hi"));
      try (Batch batch =
          new DialogueCollator(rows).collate(List.of(row(WITH), row(bad), row(WITHOUT)), skipped)) {
        assertThat(skipped.causes().values()).singleElement().asString().contains("robot");
        assertThat(batch.get(Batch.PIXELS).shape()).containsExactly(1, 3, 4, 4);
        assertThat(Tensors.toLongs(batch.get(Batch.SIZES))).containsExactly(3, 6);
        assertThat(batch.get(Batch.TOKENS).size(0)).isEqualTo(2);
        long[] ids = Tensors.toLongs(batch.get(Batch.TOKENS));
        long[] labels = Tensors.toLongs(batch.get(Batch.LABELS));
        assertThat(Arrays.stream(ids).filter(id -> id == -200)).hasSize(2);
        long[] foretold = Arrays.stream(labels).filter(label -> label >= 0).toArray();
        assertThat(tokenizer.decode(foretold).replace(" ", "")).isEqualTo("aplainpicturehi");
      }
      assertRefused(
          () -> new DialogueCollator(rows).collate(List.of(row(bad)), new SkippedSamples()),
          "robot");
    }
  }

  private static Row row(Sample sample) {
    return new Row(sample, Chance.of(0, 0, 0));
  }

  @Test
  void picturesStandWhereTheyAreWithALineBreakBetween() {
    var dialogue =
        DialogueCollator.dialogue(
            sample(
                PLAIN,
                new Part.Turn("user", List.of(new Part.Text("this?"), PLAIN)),
                Part.Turn.of("assistant", "yes")));
    assertThat(dialogue.pictures()).hasSize(2);
    assertThat(ChatTemplate.named("plain", "").render(dialogue.messages(), false))
        .isEqualTo("User: <image>\nthis?\n<image>\nAssistant: yes");
    assertThat(DialogueCollator.isDialogue(WITH)).isTrue();
    assertThat(DialogueCollator.isDialogue(sample(Part.Turn.of("user", "hello")))).isFalse();
  }
}
