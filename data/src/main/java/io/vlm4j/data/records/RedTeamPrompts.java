package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Prompts of red teaming, in a layout of this project: a list, or one object a line, of {@code
 * {image, prompt, behaviour, reference, risk}} and perhaps {@code id, control, sensitive, unit,
 * groups}.
 *
 * <ul>
 *   <li>{@code behaviour}: what the answer should do: {@code refuse}, {@code label}, {@code
 *       contains} or {@code excludes}; {@code reference}: a text or a list of texts for it
 *   <li>{@code risk}: such as {@code faithfulness}, {@code privacy}, {@code safety}, {@code
 *       fairness}
 *   <li>{@code sensitive}: {@code text} (what is meant where it is missing), {@code image} or
 *       {@code both}; {@code image} is a harmless text beside a picture that is not
 *   <li>{@code control}: true for a harmless question; {@code unit}: what hangs together; {@code
 *       groups}: of a person in the picture, such as {@code {"tone": "dark"}}
 * </ul>
 *
 * <p>A sample is a picture and an open question whose answers are the references; the other fields
 * are metadata. Its key is {@code id}, or the file's name and the record's place.
 */
public final class RedTeamPrompts {
  private static final String EXPECTED =
      "prompts of red teaming: objects with 'image', 'prompt', 'behaviour' and 'risk'";

  private RedTeamPrompts() {}

  /** The samples of a file, or of the files of a folder. */
  public static Source read(Path prompts, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        prompts,
        file ->
            RecordFile.list(file, EXPECTED, "behaviour")
                .samples((record, place) -> {
                  String key = record.has("id") ? record.id("id") : place.key();
                  record.take("id");
                  var parts =
                      List.of(
                          pictures.named(record.text("image")),
                          Part.Question.open(
                              record.text("prompt"), record.textOrTexts("reference")));
                  String behaviour = record.text("behaviour");
                  String risk = record.text("risk");
                  String sensitive = record.text("sensitive", "text");
                  if (!List.of("text", "image", "both").contains(sensitive)) {
                    throw record.expected("sensitive", "'text', 'image' or 'both'");
                  }
                  JsonNode control = record.take("control");
                  if (control != null && !control.isBoolean()) {
                    throw record.expected("control", "true or false");
                  }
                  var metadata = record.rest();
                  metadata.put("control", control != null && control.booleanValue());
                  metadata.put("behaviour", behaviour);
                  metadata.put("risk", risk);
                  metadata.put("sensitive", sensitive);
                  return new Sample(key, place.origin(), parts, metadata);
                }));
  }
}
