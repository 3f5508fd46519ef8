package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Preferences in the layout of TRL: a list, or one object a line, of {@code {images, prompt,
 * chosen, rejected}}. The last three are plain texts, or lists of {@code {role, content}} in which
 * the content is a text or a list of {@code {type: image}} and {@code {type: text, text}}. {@code
 * image} may stand for {@code images}; each is a name or {@code {path}} [unverified].
 *
 * <p>A sample is one preference. Pictures take the places of the {@code image} entries, in the
 * order prompt, chosen, rejected; without such entries they stand before the first user turn's
 * text, where TRL puts them. Where lists have no {@code prompt}, it is what both begin with. The
 * key is the file's name and the position.
 */
public final class TrlPreferences {
  private static final String EXPECTED =
      "TRL preferences: a list, or one object a line, of objects with 'prompt', 'chosen' and"
          + " 'rejected'";

  private TrlPreferences() {}

  /** The samples of a file, or of the files of a folder. */
  public static Source read(Path preferences, Path images) {
    var pictures = new PictureFolder(images);
    return RecordShard.source(
        preferences,
        file ->
            RecordFile.list(file, EXPECTED, "chosen")
                .samples((record, place) -> {
                  var parts = List.<Part>of(new Dialogue(pictures, record).preference());
                  return new Sample(place.key(), place.origin(), parts, record.rest());
                }));
  }

  /** One record's turns; its pictures are dealt out as their places are met. */
  private static final class Dialogue {
    private final PictureFolder folder;
    private final Fields record;
    private final List<Picture> pictures = new ArrayList<>();
    private int places;

    Dialogue(PictureFolder folder, Fields record) {
      this.folder = folder;
      this.record = record;
      for (String field : List.of("images", "image")) {
        JsonNode value = record.take(field);
        if (value != null && value.isArray()) {
          value.forEach(one -> pictures.add(picture(field, one)));
        } else if (value != null) {
          pictures.add(picture(field, value));
        }
      }
    }

    Part.Preference preference() {
      List<Turn> prompt = turns("prompt", "user");
      int before = places;
      List<Turn> chosen = turns("chosen", "assistant");
      if (!record.has("prompt")) {
        places = before; // the prompt's pictures, which stand in both, are met again
      }
      List<Turn> rejected = turns("rejected", "assistant");
      if (!record.has("prompt")) {
        int common = common(chosen, rejected);
        prompt = chosen.subList(0, common);
        chosen = chosen.subList(common, chosen.size());
        rejected = rejected.subList(common, rejected.size());
      }
      if (prompt.isEmpty()) {
        throw record.expected("prompt", "a text or a list of turns");
      }
      if (places == 0) {
        prompt = withPicturesFirst(prompt);
      } else if (places != pictures.size()) {
        throw new InputException("%d places for %d pictures".formatted(places, pictures.size()));
      }
      return new Part.Preference(prompt, chosen, rejected);
    }

    private List<Turn> turns(String field, String role) {
      JsonNode value = record.take(field);
      if (value == null && field.equals("prompt")) {
        return List.of();
      }
      if (value != null && value.isString()) {
        return List.of(Turn.of(role, value.stringValue()));
      }
      List<Fields> messages = record.objects(field);
      if (messages.isEmpty()) {
        throw record.expected(field, "a text or a list of turns");
      }
      return messages.stream().map(this::turn).toList();
    }

    private Turn turn(Fields message) {
      String role = message.text("role");
      if (!List.of("system", "user", "assistant").contains(role)) {
        throw message.expected("role", "'system', 'user' or 'assistant'");
      }
      JsonNode content = message.take("content");
      if (content == null) {
        throw message.expected("content", "a text or a list");
      }
      if (content.isString()) {
        return Turn.of(role, content.stringValue());
      }
      var parts = new ArrayList<Part>();
      for (Fields entry : message.objects("content")) {
        switch (entry.text("type")) {
          case "text" -> parts.add(new Part.Text(entry.text("text")));
          case "image" -> parts.add(next(entry));
          default -> throw entry.expected("type", "'text' or 'image'");
        }
      }
      return new Turn(role, parts);
    }

    private Picture next(Fields entry) {
      JsonNode own = entry.take("image");
      if (own != null) {
        return picture("image", own);
      }
      if (places >= pictures.size()) {
        throw new InputException(
            "more places for pictures than the %d of 'images'".formatted(pictures.size()));
      }
      return pictures.get(places++);
    }

    private List<Turn> withPicturesFirst(List<Turn> prompt) {
      var turns = new ArrayList<>(prompt);
      for (int i = 0; i < turns.size() && !pictures.isEmpty(); i++) {
        if (turns.get(i).role().equals("user")) {
          var content = new ArrayList<Part>(pictures);
          content.addAll(turns.get(i).content());
          turns.set(i, new Turn("user", content));
          return turns;
        }
      }
      if (!pictures.isEmpty()) {
        throw new InputException("no user turn for the pictures");
      }
      return turns;
    }

    private Picture picture(String field, JsonNode value) {
      @Nullable JsonNode name = value.isObject() ? value.get("path") : value;
      if (name == null || !name.isString()) {
        throw record.expected(field, "names of pictures");
      }
      return folder.named(name.stringValue());
    }

    private static int common(List<Turn> some, List<Turn> others) {
      int count = 0;
      // The last turn is the answer, even where both are alike.
      while (count < Math.min(some.size(), others.size()) - 1
          && some.get(count).equals(others.get(count))) {
        count++;
      }
      return count;
    }
  }
}
