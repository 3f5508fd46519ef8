package io.vlm4j.eval.metric.caption;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Captions of pictures in a file, in any of three forms, which it tells apart itself: COCO's
 * results (arXiv 1504.00325), a list of {@code {"image_id": ..., "caption": ...}}; COCO's
 * annotations, an object with such a list under {@code annotations}; and JSON lines, an object a
 * line with {@code image_id} and {@code caption}, or a list under {@code captions}. Ids may be
 * numbers or texts; other fields are ignored.
 */
public final class CaptionFile {
  private static final ObjectMapper JSON = JsonMapper.shared();
  private static final String EXPECTED =
      "a list of {\"image_id\", \"caption\"}, an object with such a list under 'annotations', or"
          + " one such object a line";

  private final Path file;
  private final SequencedMap<String, List<String>> captions = new LinkedHashMap<>();
  private long records;

  private CaptionFile(Path file) {
    this.file = file;
  }

  /**
   * The captions of each picture, in the file's order.
   *
   * @throws InputException if the file is of another form, or a record lacks its picture or caption
   */
  public static SequencedMap<String, List<String>> read(Path file) {
    var reader = new CaptionFile(file);
    try (var in = Files.newInputStream(file);
        JsonParser parser = JSON.createParser(in)) {
      reader.read(parser);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new InputException(
          "%s: not valid JSON in line %d; expected %s".formatted(file, line, EXPECTED), e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
    if (reader.captions.isEmpty()) {
      throw new InputException(file + ": no captions; expected " + EXPECTED);
    }
    return reader.captions;
  }

  /**
   * The one caption of each picture.
   *
   * @throws InputException also if a picture has several
   */
  public static SequencedMap<String, String> readSingle(Path file) {
    var single = new LinkedHashMap<String, String>();
    read(file)
        .forEach((id, captions) -> {
          if (captions.size() > 1) {
            throw new InputException(
                "%s: %d captions of picture '%s'; a result has one for each picture"
                    .formatted(file, captions.size(), id));
          }
          single.put(id, captions.getFirst());
        });
    return single;
  }

  private void read(JsonParser parser) {
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      switch (token) {
        case START_ARRAY -> list(parser);
        case START_OBJECT -> object(parser, true);
        default -> throw unexpected(parser);
      }
    }
  }

  private void list(JsonParser parser) {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw unexpected(parser);
      }
      object(parser, false);
    }
  }

  /** A record, or at the top level an object that holds a list of records. */
  private void object(JsonParser parser, boolean top) {
    String id = null;
    List<String> texts = null;
    boolean holdsList = false;
    int line = parser.currentTokenLocation().getLineNr();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (top && field.equals("annotations") && value == JsonToken.START_ARRAY) {
        list(parser);
        holdsList = true;
      } else if (field.equals("image_id") && value.isScalarValue()) {
        id = parser.getString();
      } else if (field.equals("caption") && value == JsonToken.VALUE_STRING) {
        texts = List.of(parser.getString());
      } else if (field.equals("captions") && value == JsonToken.START_ARRAY) {
        texts = strings(parser);
      } else {
        parser.skipChildren();
      }
    }
    if (!holdsList) {
      add(id, texts, line);
    }
  }

  private void add(@Nullable String id, @Nullable List<String> texts, int line) {
    records++;
    if (id == null || texts == null) {
      throw new InputException(
          "%s: record %d (line %d) has no %s; expected %s"
              .formatted(file, records, line, id == null ? "'image_id'" : "'caption'", EXPECTED));
    }
    captions.computeIfAbsent(id, _ -> new ArrayList<>()).addAll(texts);
  }

  private List<String> strings(JsonParser parser) {
    var strings = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw unexpected(parser);
      }
      strings.add(parser.getString());
    }
    return strings;
  }

  private InputException unexpected(JsonParser parser) {
    return new InputException(
        "%s: line %d is not what it should be; expected %s"
            .formatted(file, parser.currentTokenLocation().getLineNr(), EXPECTED));
  }
}
