package io.vlm4j.data;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * JSON as plain values: text, {@link Long}, {@link Double}, {@link Boolean}, {@link List}, {@link
 * Map} in order, null. An integer beyond a long becomes a {@link java.math.BigInteger}.
 */
public final class JsonValues {
  private JsonValues() {}

  /** The value of a tree. */
  public static @Nullable Object of(JsonNode tree) {
    return switch (tree.getNodeType()) {
      case OBJECT -> object(tree);
      case ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>(tree.size());
        tree.forEach(item -> list.add(of(item)));
        yield list;
      }
      case STRING -> tree.stringValue();
      case BOOLEAN -> tree.booleanValue();
      case NUMBER -> number(tree);
      default -> null;
    };
  }

  private static Object number(JsonNode tree) {
    if (!tree.isIntegralNumber()) {
      return tree.doubleValue();
    }
    if (tree.canConvertToLong()) {
      return tree.longValue();
    }
    return tree.bigIntegerValue();
  }

  private static Map<String, @Nullable Object> object(JsonNode tree) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    tree.properties().forEach(entry -> map.put(entry.getKey(), of(entry.getValue())));
    return map;
  }

  /**
   * The object in a JSON text.
   *
   * @param place names the text in the error
   * @throws InputException if it is none
   */
  public static Map<String, @Nullable Object> object(String json, String place) {
    JsonNode tree;
    try {
      tree = Json.parse(json);
    } catch (InputException e) {
      throw new InputException(place + ": " + e.getMessage(), e);
    }
    if (!tree.isObject()) {
      throw new InputException(place + ": expected a JSON object");
    }
    return object(tree);
  }
}
