package io.vlm4j.dialogue;

import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.text.ChatTemplate.Message;
import io.vlm4j.text.ChatTemplate.Part;
import io.vlm4j.text.ChatTemplate.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * A dialogue with pictures.
 *
 * @param messages in order; the last is one that wants an answer
 * @param pictures those that the messages hold, in order
 */
public record Dialogue(List<Message> messages, List<Pixels> pictures) {
  /** Checks that every picture has its place. */
  public Dialogue {
    messages = List.copyOf(messages);
    pictures = List.copyOf(pictures);
    long places = messages.stream().mapToLong(Message::pictures).sum();
    if (places != pictures.size()) {
      throw new InputException(
          "the messages have places for %d pictures, and there are %d"
              .formatted(places, pictures.size()));
    }
  }

  /** A dialogue without words yet. */
  public static Dialogue empty() {
    return new Dialogue(List.of(), List.of());
  }

  /** The same, and then one says something. */
  public Dialogue and(Role role, String text) {
    var more = new ArrayList<>(messages);
    more.add(new Message(role, text));
    return new Dialogue(more, pictures);
  }

  /** The same, and then one shows pictures and says something of them. */
  public Dialogue and(Role role, List<Pixels> shown, String text) {
    var parts = new ArrayList<Part>();
    shown.forEach(_ -> {
      parts.add(new Part.Picture());
      parts.add(new Part.Text("\n"));
    });
    parts.add(new Part.Text(text));
    var more = new ArrayList<>(messages);
    more.add(new Message(role, parts));
    var all = new ArrayList<>(pictures);
    all.addAll(shown);
    return new Dialogue(more, all);
  }
}
