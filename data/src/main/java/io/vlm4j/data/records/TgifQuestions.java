package io.vlm4j.data.records;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.Utf8;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TGIF-QA (arXiv 1704.04497), {@code Test_action_question.csv} and the like, which are separated by
 * tabs and have a header: {@code gif_name, question, a1 ... a5, answer, vid_id, key} for repeating
 * actions and transitions, where {@code answer} is the right one's number from 0; {@code gif_name,
 * question, answer, vid_id, key} for counts; with {@code type, description} for questions about a
 * frame. A video is the GIF of that name, or a folder of its frames.
 *
 * <p>A sample is the frames and a question with choices, or an open one with its answer; its key is
 * {@code vid_id}. The metadata has {@code video}, and {@code question_type} of questions about a
 * frame.
 */
public final class TgifQuestions {
  private static final List<String> TYPES = List.of("object", "number", "colour", "location");
  private static final int CHOICES = 5;

  private TgifQuestions() {}

  /** The samples of a file. */
  public static Source read(Path questions, Path videos) {
    return Source.of(
        new RecordShard(questions.toString(), () -> open(questions, new VideoFolder(videos))));
  }

  private static List<Sample> open(Path file, VideoFolder videos) {
    List<NamedCsvRecord> rows = rows(file);
    return new LazyList<>(rows.size(), i -> sample(file, rows.get(i), videos));
  }

  private static List<NamedCsvRecord> rows(Path file) {
    try {
      String text = Utf8.withoutMark(Utf8.decode(Files.readAllBytes(file), file.toString()));
      try (CsvReader<NamedCsvRecord> reader =
          CsvReader.builder().fieldSeparator('\t').ofNamedCsvRecord(text)) {
        List<NamedCsvRecord> rows = reader.stream().toList();
        if (rows.isEmpty() || rows.getFirst().findField("gif_name").isEmpty()) {
          throw new InputException(
              file + ": expected TGIF-QA questions: tabs, and a header with 'gif_name'");
        }
        return rows;
      }
    } catch (CsvParseException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  private static Sample sample(Path file, NamedCsvRecord row, VideoFolder videos) {
    String origin = file + ":" + row.getStartingLineNumber();
    try {
      String video = field(row, "gif_name");
      String asked = field(row, "question");
      String answer = field(row, "answer");
      Part.Question question =
          row.findField("a1").isEmpty()
              ? Part.Question.open(asked, List.of(answer))
              : Part.Question.choice(asked, choices(row), number(answer, CHOICES, "answer"));
      Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
      metadata.put("video", video);
      row.findField("type")
          .ifPresent(
              type -> metadata.put("question_type", TYPES.get(number(type, TYPES.size(), "type"))));
      return new Sample(
          field(row, "vid_id"), origin, List.of(videos.named(List.of(video)), question), metadata);
    } catch (InputException e) {
      throw new InputException(origin + ": " + e.getMessage(), e);
    }
  }

  private static List<String> choices(NamedCsvRecord row) {
    return List.of("a1", "a2", "a3", "a4", "a5").stream().map(name -> field(row, name)).toList();
  }

  private static String field(NamedCsvRecord row, String name) {
    return row.findField(name)
        .filter(value -> !value.isBlank())
        .orElseThrow(() -> new InputException("'" + name + "' is missing"));
  }

  private static int number(String value, int count, String name) {
    if (!value.strip().matches("\\d") || Integer.parseInt(value.strip()) >= count) {
      throw new InputException(
          "'%s' is '%s', expected a number from 0 to %d".formatted(name, value, count - 1));
    }
    return Integer.parseInt(value.strip());
  }
}
