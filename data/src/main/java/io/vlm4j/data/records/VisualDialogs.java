package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Visual Dialog v1.0 (arXiv 1611.08669): {@code split} and {@code data}, which has all {@code
 * questions} and {@code answers} as texts, and {@code dialogs} of {@code {image_id, caption,
 * dialog: [{question, answer, answer_options, gt_index}]}} with numbers into those lists. In the
 * test split the last round has only a question and its options.
 *
 * <p>A sample is a picture, its caption, and a question for each round, whose choices are the
 * options; its key is {@code image_id}. Dense relevances, a file of their own ({@code [{image_id,
 * round_id, gt_relevance}]}, rounds from 1; {@code relevance} in the training split [unverified]),
 * become the metadata {@code dense}.
 */
public final class VisualDialogs {
  private static final String EXPECTED =
      "VisDial dialogues: an object whose 'data' has the lists 'questions', 'answers' and"
          + " 'dialogs'";
  private static final String DENSE =
      "VisDial dense annotations: a list of objects with 'image_id' and 'gt_relevance'";

  private VisualDialogs() {}

  /**
   * The samples of a file.
   *
   * @param dense the relevances of the options; null without
   * @param images the folder of pictures, or the one above {@code VisualDialog_val2018}, {@code
   *     train2014} and so on
   */
  public static Source read(Path dialogs, @Nullable Path dense, Path images) {
    return Source.of(
        new RecordShard(dialogs.toString(), () -> open(dialogs, dense, new PictureFolder(images))));
  }

  private static List<Sample> open(Path file, @Nullable Path dense, PictureFolder pictures) {
    RecordFile found =
        RecordFile.scan(
            file,
            EXPECTED,
            Wanted.list("data/questions"),
            Wanted.list("data/answers"),
            Wanted.list("data/dialogs"));
    Records relevances =
        dense == null
            ? null
            : RecordFile.scan(dense, DENSE, Wanted.list("").by("image_id")).list("");
    var texts = new Texts(found.list("data/questions"), found.list("data/answers"));
    String split = found.scalar("split");
    return found
        .list("data/dialogs")
        .samples((dialog, place) -> {
          int image = dialog.integer("image_id");
          var parts = new ArrayList<Part>();
          parts.add(picture(pictures, split, image));
          parts.add(new Part.Text(dialog.text("caption")));
          for (Fields round : dialog.objects("dialog")) {
            parts.add(texts.question(round));
          }
          var metadata = dialog.rest();
          metadata.put("split", split);
          String key = Integer.toString(image);
          if (relevances != null && !relevances.under(key).isEmpty()) {
            Fields relevance = relevances.fields(relevances.under(key).getFirst());
            relevance.take("image_id");
            metadata.put("dense", relevance.rest());
          }
          return new Sample(key, place.origin(), parts, metadata);
        });
  }

  private static Picture picture(PictureFolder pictures, String split, int image) {
    var names = new ArrayList<String>();
    if (split.equals("train")) {
      for (String subset : List.of("train2014", "val2014")) {
        names.add("%s/COCO_%s_%012d.jpg".formatted(subset, subset, image));
        names.add("COCO_%s_%012d.jpg".formatted(subset, image));
      }
    } else {
      String folder = "VisualDialog_" + split + "2018";
      names.add("%s/%s_%012d.jpg".formatted(folder, folder, image));
      names.add("%s_%012d.jpg".formatted(folder, image));
    }
    return pictures.named(names);
  }

  /** The texts to which rounds refer by number. */
  private record Texts(Records questions, Records answers) {
    Part.Question question(Fields round) {
      var choices = new ArrayList<String>();
      JsonNode options = round.take("answer_options");
      if (options != null) {
        for (JsonNode option : options) {
          if (!option.isIntegralNumber()) {
            throw round.expected("answer_options", "a list of numbers");
          }
          choices.add(text(answers, option.intValue()));
        }
      }
      return new Part.Question(
          text(questions, round.integer("question")),
          round.has("answer") ? List.of(text(answers, round.integer("answer"))) : List.of(),
          choices,
          round.has("gt_index") ? round.integer("gt_index") : -1);
    }

    private static String text(Records texts, int index) {
      if (index < 0 || index >= texts.size()) {
        throw new InputException("there is no text %d of %d".formatted(index, texts.size()));
      }
      JsonNode text = texts.value(index);
      if (!text.isString()) {
        throw new InputException("text %d is no text".formatted(index));
      }
      return text.stringValue();
    }
  }
}
