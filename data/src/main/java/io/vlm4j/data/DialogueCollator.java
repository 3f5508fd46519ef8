package io.vlm4j.data;

import io.vlm4j.dialogue.Dialogue;
import io.vlm4j.dialogue.DialogueRows;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Batch;
import io.vlm4j.text.ChatTemplate;
import io.vlm4j.text.ChatTemplate.Message;
import io.vlm4j.text.ChatTemplate.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches of dialogues to learn from: tokens with pictures' places and what of them is to be
 * foretold, both {@code [B, L]} of the longest, and the views of all pictures.
 */
public final class DialogueCollator implements Collator {
  private final DialogueRows rows;

  /** A collator that makes rows like that. */
  public DialogueCollator(DialogueRows rows) {
    this.rows = rows;
  }

  @Override
  public Batch collate(List<Row> samples, SkippedSamples skipped) {
    var lessons = new ArrayList<DialogueRows.Row>();
    for (Row row : samples) {
      try {
        lessons.add(rows.lesson(dialogue(row.sample())));
      } catch (InputException e) {
        skipped.add(row.sample(), e);
      }
    }
    if (lessons.isEmpty()) {
      throw new InputException(
          "not one of the batch's %d samples can be used; the first: %s"
              .formatted(samples.size(), skipped.causes().values().iterator().next()));
    }
    return rows.lessons(lessons);
  }

  /** Whether a sample is a dialogue in which an assistant says something. */
  public static boolean isDialogue(Sample sample) {
    return sample.all(Part.Turn.class).stream()
        .anyMatch(turn -> role(sample, turn) == Role.ASSISTANT);
  }

  /**
   * The dialogue of a sample's turns. Pictures before a turn belong to it; between a picture and
   * what is beside it is a line break.
   *
   * @throws InputException if there is none, or a picture cannot be read
   */
  public static Dialogue dialogue(Sample sample) {
    var messages = new ArrayList<Message>();
    var pictures = new ArrayList<Pixels>();
    var before = new ArrayList<Part>();
    for (Part part : sample.parts()) {
      if (part instanceof Picture) {
        before.add(part);
      } else if (part instanceof Part.Turn turn) {
        before.addAll(turn.content());
        messages.add(new Message(role(sample, turn), parts(before, pictures)));
        before.clear();
      }
    }
    if (messages.isEmpty()) {
      throw new InputException(sample.origin() + ": the sample has no dialogue");
    }
    return new Dialogue(messages, pictures);
  }

  private static List<ChatTemplate.Part> parts(List<Part> content, List<Pixels> pictures) {
    var parts = new ArrayList<ChatTemplate.Part>();
    boolean wasPicture = false;
    for (Part part : content) {
      boolean isPicture = part instanceof Picture;
      if (!parts.isEmpty() && (isPicture || wasPicture)) {
        parts.add(new ChatTemplate.Part.Text("\n"));
      }
      wasPicture = isPicture;
      switch (part) {
        case Picture picture -> {
          pictures.add(picture.pixels());
          parts.add(new ChatTemplate.Part.Picture());
        }
        case Part.Text(String text) -> parts.add(new ChatTemplate.Part.Text(text));
        default -> {}
      }
    }
    return parts;
  }

  private static Role role(Sample sample, Part.Turn turn) {
    return switch (turn.role()) {
      case "user" -> Role.USER;
      case "assistant" -> Role.ASSISTANT;
      case "system" -> Role.SYSTEM;
      default ->
          throw new InputException(
              "%s: nobody is called '%s': use user, assistant or system"
                  .formatted(sample.origin(), turn.role()));
    };
  }
}
