package io.vlm4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * JSON and YAML. Our own files are strict: an unknown key or a wrong type is refused by name.
 * Foreign JSON is read as a tree, of which each reader takes what it knows.
 */
public final class Json {
  private static final ObjectMapper JSON = strict(JsonMapper.builder());
  private static final ObjectMapper YAML = strict(YAMLMapper.builder());
  private static final long MAX_FILE = 1 << 28; // the largest tokenizers are some 40 MB
  private static final int MAX_QUOTED = 200;

  private Json() {}

  private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> M strict(
      MapperBuilder<M, B> mapper) {
    return mapper
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .withCoercionConfig(
            LogicalType.Integer,
            from ->
                from.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
        .withCoercionConfig(
            LogicalType.Boolean,
            from ->
                from.setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
        .build();
  }

  /** The object in a JSON file. */
  public static ObjectNode readObject(Path file) {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new InputException(file + ": too large for a JSON file that describes something");
      }
      if (JSON.readTree(Files.readString(file)) instanceof ObjectNode object) {
        return object;
      }
      throw new InputException(file + ": expected a JSON object");
    } catch (JacksonException e) {
      throw new InputException(file + ": not valid JSON: " + describe(e), e);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** The value in a JSON text. */
  public static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JacksonException e) {
      throw new InputException("not valid JSON: " + describe(e), e);
    }
  }

  /** An empty object to fill. */
  public static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** A tree of JSON values equal to a record's content. */
  public static ObjectNode toTree(Object value) {
    return JSON.valueToTree(value);
  }

  /** A record from a tree; unknown and missing keys are refused, {@code place} names it. */
  public static <T> T fromTree(JsonNode tree, Class<T> type, String place) {
    try {
      return JSON.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw refused(place, e);
    }
  }

  /** A record from a YAML text; unknown and missing keys are refused, {@code place} names it. */
  public static <T> T fromYaml(String yaml, Class<T> type, String place) {
    try {
      return YAML.readValue(yaml, type);
    } catch (JacksonException e) {
      throw refused(place, e);
    }
  }

  /** A tree from a YAML file. */
  public static JsonNode readYaml(Path file) {
    try {
      return YAML.readTree(Files.readString(file));
    } catch (JacksonException e) {
      throw refused(file.toString(), e);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** YAML text of a record or tree. */
  public static String toYaml(Object value) {
    return YAML.writeValueAsString(value);
  }

  /** JSON text on one line. */
  public static String toLine(Object value) {
    return JSON.writeValueAsString(value);
  }

  /** JSON text with one key a line. */
  public static String toText(Object value) {
    return JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
  }

  /** A name out of a file as messages show it: on one line and not too long. */
  static String quote(String name) {
    String line = name.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "\ufffd");
    return "'" + (line.length() > MAX_QUOTED ? line.substring(0, MAX_QUOTED) + "..." : line) + "'";
  }

  /** The user's error for a file that cannot be read. */
  public static InputException cannotRead(Path file, IOException cause) {
    return new InputException("cannot read " + file + ": " + AtomicFiles.reason(cause), cause);
  }

  private static InputException refused(String place, JacksonException e) {
    return e.getCause() instanceof InputException cause
        ? new InputException(place + ": " + cause.getMessage(), e)
        : new InputException(place + ": " + describe(e), e);
  }

  /** What is wrong, and where, on one line. */
  static String describe(JacksonException e) {
    String message =
        e instanceof UnrecognizedPropertyException unknown
            ? "unknown key, known are " + unknown.getKnownPropertyIds()
            : String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    if (message.startsWith("Missing creator property")) {
      message = "missing";
    }
    String key = key(e);
    var location = e.getLocation();
    return (key.isEmpty() ? "" : "'" + key + "': ")
        + message
        + (location == null || location.getLineNr() < 0
            ? ""
            : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")");
  }

  /** The dotted name of the value that an exception is about; empty for the whole. */
  private static String key(JacksonException e) {
    var key = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() == null) {
        key.append('[').append(step.getIndex()).append(']');
      } else {
        key.append(key.isEmpty() ? "" : ".").append(step.getPropertyName());
      }
    }
    return key.toString();
  }
}
