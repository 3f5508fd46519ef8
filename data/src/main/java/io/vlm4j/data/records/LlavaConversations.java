package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Dialogues in the layout of LLaVA (arXiv 2304.08485): a list, or one object a line, of {@code {id,
 * image, conversations: [{from: human | gpt | system, value}]}}. {@code image} is a name, a list of
 * names, or absent.
 *
 * <p>A sample is a list of turns. Each {@code <image>} in a value becomes the next picture, without
 * the line breaks beside it; as many markers as pictures must be there. Published files repeat ids,
 * so the key is the file's name and the position, and {@code id} is metadata.
 */
public final class LlavaConversations {
  private static final String EXPECTED =
      "LLaVA conversations: a list, or one object a line, of objects with 'conversations'";
  private static final String MARKER = "<image>";

  private LlavaConversations() {}

  /** The samples of a file, or of the files of a folder. */
  public static Source read(Path conversations, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        conversations,
        file ->
            RecordFile.list(file, EXPECTED, "conversations")
                .samples((record, place) -> {
                  List<Picture> given =
                      record.textOrTexts("image").stream().map(pictures::named).toList();
                  List<Fields> turns = record.objects("conversations");
                  if (turns.isEmpty()) {
                    throw record.expected("conversations", "at least one turn");
                  }
                  return new Sample(
                      place.key(), place.origin(), turns(turns, given), record.rest());
                }));
  }

  private static List<Part> turns(List<Fields> conversation, List<Picture> given) {
    var next = given.iterator();
    int markers = 0;
    var turns = new ArrayList<Part>();
    for (Fields turn : conversation) {
      String[] pieces = turn.text("value").split(MARKER, -1);
      markers += pieces.length - 1;
      turns.add(new Turn(role(turn), content(pieces, next)));
    }
    if (markers != given.size()) {
      throw new InputException(
          "%d times %s for %d pictures".formatted(markers, MARKER, given.size()));
    }
    return turns;
  }

  private static List<Part> content(String[] pieces, Iterator<Picture> next) {
    var content = new ArrayList<Part>();
    for (int i = 0; i < pieces.length; i++) {
      if (i > 0 && next.hasNext()) {
        content.add(next.next());
      }
      String text = i > 0 ? pieces[i].replaceFirst("^[\r\n]+", "") : pieces[i];
      text = i < pieces.length - 1 ? text.replaceFirst("[\r\n]+$", "") : text;
      if (!text.isBlank()) {
        content.add(new Part.Text(text));
      }
    }
    return content;
  }

  private static String role(Fields turn) {
    return switch (turn.text("from")) {
      case "human", "user" -> "user";
      case "gpt", "assistant" -> "assistant";
      case "system" -> "system";
      default -> throw turn.expected("from", "'human', 'gpt' or 'system'");
    };
  }
}
