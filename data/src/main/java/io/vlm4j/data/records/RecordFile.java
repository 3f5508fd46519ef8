package io.vlm4j.data.records;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * An annotation file that was looked through once for its records. Files of hundreds of megabytes
 * are usual, so no tree is built; the file stays mapped as long as its records are in use.
 */
final class RecordFile {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int PROBED = 16;

  /**
   * A list to look for.
   *
   * @param path its name; behind a slash within an object; empty if it is the whole file
   * @param key the field by which its records are found again; may be empty
   */
  record Wanted(String path, String key) {
    static Wanted list(String path) {
      return new Wanted(path, "");
    }

    Wanted by(String field) {
      return new Wanted(path, field);
    }
  }

  private final Map<String, Records> lists = new HashMap<>();
  private final Map<String, String> scalars = new HashMap<>();

  /**
   * Looks through a JSON file.
   *
   * @param expected what the layout is, for the message if it is another
   * @throws InputException if it is not JSON, or a list is not there
   */
  static RecordFile scan(Path file, String expected, Wanted... wanted) {
    var found = new RecordFile();
    MemorySegment bytes = map(file);
    try (var in = Files.newInputStream(file);
        JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in)) {
      parser.nextToken();
      found.new Scan(file, bytes, parser, wanted).value("");
    } catch (JacksonException e) {
      throw new InputException(
          "%s: expected %s; it is not valid JSON: %s (line %d)"
              .formatted(
                  file,
                  expected,
                  String.valueOf(e.getOriginalMessage())
                      .replaceFirst("(?s)\\s*(\\(start marker|\n).*", ""),
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
    for (Wanted list : wanted) {
      if (!found.lists.containsKey(list.path())) {
        throw new InputException(file + ": expected " + expected);
      }
    }
    return found;
  }

  /**
   * The records of a file that is one JSON list, or has a JSON object on each line.
   *
   * @param expected what the layout is, for the message if it is another
   * @param field a field that all records have
   * @throws InputException if it is neither, or no record at its beginning has the field
   */
  static Records list(Path file, String expected, String field) {
    MemorySegment bytes = map(file);
    Records records =
        switch (firstByte(bytes)) {
          case '[' -> scan(file, expected, Wanted.list("")).list("");
          case '{' -> lines(file, bytes);
          default -> throw new InputException(file + ": expected " + expected);
        };
    if (records.size() > 0 && !anyHas(records, field)) {
      throw new InputException(
          "%s: expected %s; no record has '%s'".formatted(file, expected, field));
    }
    return records;
  }

  /** A list that was looked for. */
  Records list(String path) {
    return Objects.requireNonNull(lists.get(path));
  }

  /** A text or number beside the lists; empty if there is none. */
  String scalar(String path) {
    return scalars.getOrDefault(path, "");
  }

  private static MemorySegment map(Path file) {
    try (var channel = FileChannel.open(file)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    }
  }

  /** Behind white space and a byte order mark; 0 if there is nothing. */
  private static int firstByte(MemorySegment bytes) {
    for (long at = 0; at < bytes.byteSize(); at++) {
      int value = bytes.get(ValueLayout.JAVA_BYTE, at);
      if (value > ' ') { // a byte order mark's bytes are negative
        return value;
      }
    }
    return 0;
  }

  private static Records lines(Path file, MemorySegment bytes) {
    var records = new Records(file, bytes, "");
    long line = 1;
    long at = bytes.byteSize() > 2 && bytes.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0xef ? 3 : 0;
    while (at < bytes.byteSize()) {
      long start = at;
      boolean blank = true;
      byte value = 0;
      while (at < bytes.byteSize() && (value = bytes.get(ValueLayout.JAVA_BYTE, at)) != '\n') {
        blank &= value == ' ' || value == '\t' || value == '\r';
        at++;
      }
      if (!blank) {
        records.add(start, at, line);
      }
      line++;
      at++;
    }
    return records;
  }

  private static boolean anyHas(Records records, String field) {
    for (int i = 0; i < Math.min(PROBED, records.size()); i++) {
      try {
        if (records.fields(i).has(field)) {
          return true;
        }
      } catch (InputException _) {
        // A damaged record is reported when it is asked for.
      }
    }
    return false;
  }

  private final class Scan {
    private final Path file;
    private final MemorySegment bytes;
    private final JsonParser parser;
    private final List<Wanted> wanted;

    Scan(Path file, MemorySegment bytes, JsonParser parser, Wanted... wanted) {
      this.file = file;
      this.bytes = bytes;
      this.parser = parser;
      this.wanted = Arrays.asList(wanted);
    }

    /** Looks through the value at which the parser stands. */
    void value(String path) {
      JsonToken token = parser.currentToken();
      Wanted list = wanted.stream().filter(one -> one.path().equals(path)).findFirst().orElse(null);
      if (token == null) {
        return; // an empty file
      }
      if (list != null && token.isStructStart()) {
        lists.put(path, records(list, token == JsonToken.START_OBJECT));
      } else if (token == JsonToken.START_OBJECT && leadsToWanted(path)) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          value(path.isEmpty() ? name : path + "/" + name);
        }
      } else if (token.isScalarValue()) {
        scalars.put(path, parser.getString());
      } else {
        parser.skipChildren();
      }
    }

    private boolean leadsToWanted(String path) {
      return path.isEmpty() || wanted.stream().anyMatch(one -> one.path().startsWith(path + "/"));
    }

    private Records records(Wanted list, boolean named) {
      var records = new Records(file, bytes, list.path());
      while (!parser.nextToken().isStructEnd()) {
        String name = named ? parser.currentName() : "";
        if (named) {
          parser.nextToken();
        }
        long start = parser.currentTokenLocation().getByteOffset();
        if (start < 0) { // the parser knows no bytes where it had to decode UTF-16
          throw new InputException(file + ": not UTF-8");
        }
        String key = list.key().isEmpty() ? "" : pass(list.key());
        parser.skipChildren();
        parser.finishToken(); // a text is read only when it must be, and its end is wanted here
        records.add(start, parser.currentLocation().getByteOffset(), 0);
        if (named) {
          records.label(name);
        }
        if (!list.key().isEmpty()) {
          records.fileUnder(key);
        }
      }
      return records;
    }

    /** Passes over an object; gives the value of one of its fields on the way. */
    private String pass(String field) {
      String key = "";
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          boolean wantedField = field.equals(parser.currentName());
          if (parser.nextToken().isScalarValue() && wantedField) {
            key = parser.getString();
          }
          parser.skipChildren();
        }
      }
      return key;
    }
  }
}
