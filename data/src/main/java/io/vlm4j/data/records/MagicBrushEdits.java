package io.vlm4j.data.records;

import io.vlm4j.data.Part;
import io.vlm4j.data.Part.Turn;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.records.RecordFile.Wanted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Edits of pictures in the layout of MagicBrush (arXiv 2306.10012): {@code edit_turns.json} is a
 * list of {@code {input, mask, output, instruction}}, {@code edit_sessions.json} maps a picture's
 * id to such a list. The pictures are in a folder for each id, with which their names begin: {@code
 * 139306/139306-output1.png}.
 *
 * <p>A sample is, for each edit, a user's turn (the picture, the mask, the instruction) and an
 * assistant's turn (the edited picture). Its key is the edited picture's name without the ending,
 * or the session's id.
 */
public final class MagicBrushEdits {
  private static final String TURNS =
      "MagicBrush edits: a list of objects with 'input', 'output' and 'instruction'";
  private static final String SESSIONS =
      "MagicBrush sessions: an object of lists of objects with 'input', 'output' and 'instruction'";

  private MagicBrushEdits() {}

  /** The samples of {@code edit_turns.json}, one an edit. */
  public static Source readTurns(Path turns, Path images) {
    var folder = new PictureFolder(images);
    return RecordShard.source(
        turns,
        file ->
            RecordFile.list(file, TURNS, "instruction")
                .samples((record, place) -> {
                  List<Part> parts = turns(record, folder);
                  String output = record.text("output");
                  return new Sample(
                      RecordShard.stem(Path.of(output)), place.origin(), parts, record.rest());
                }));
  }

  /** The samples of {@code edit_sessions.json}, one a session of edits. */
  public static Source readSessions(Path sessions, Path images) {
    var folder = new PictureFolder(images);
    return RecordShard.source(
        sessions,
        file -> {
          Records list = RecordFile.scan(file, SESSIONS, Wanted.list("")).list("");
          return list.samples((session, place) -> {
            var parts = new ArrayList<Part>();
            var others = new ArrayList<Map<String, @Nullable Object>>();
            for (Fields edit : session.objects(Fields.VALUE)) {
              parts.addAll(turns(edit, folder));
              others.add(edit.rest());
            }
            if (parts.isEmpty()) {
              throw session.expected(Fields.VALUE, "a list of edits");
            }
            boolean more = others.stream().anyMatch(map -> !map.isEmpty());
            return new Sample(
                list.label(place.index()),
                place.origin(),
                parts,
                more ? Map.of("edits", others) : Map.of());
          });
        });
  }

  private static List<Part> turns(Fields edit, PictureFolder folder) {
    Part instruction = new Part.Text(edit.text("instruction"));
    Picture input = picture(folder, edit.text("input"));
    Stream<Picture> mask =
        edit.has("mask") ? Stream.of(picture(folder, edit.text("mask"))) : Stream.empty();
    return List.of(
        new Turn(
            "user",
            Stream.concat(Stream.concat(Stream.of(input), mask), Stream.of(instruction)).toList()),
        new Turn("assistant", List.of(picture(folder, edit.text("output")))));
  }

  private static Picture picture(PictureFolder folder, String name) {
    int dash = name.indexOf('-');
    return folder.named(
        dash < 0 ? List.of(name) : List.of(name.substring(0, dash) + "/" + name, name));
  }
}
