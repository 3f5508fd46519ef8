package io.vlm4j.model;

import io.vlm4j.io.InputException;
import tools.jackson.databind.JsonNode;

/**
 * A part of a configuration that others wrote, read as their programs read it: absent and null
 * values are defaults, unknown keys are passed over, and a value that asks for another computation
 * than ours is refused.
 *
 * @param node the part; may be missing
 * @param path its dotted name, for messages; empty for the whole
 */
public record ForeignTree(JsonNode node, String path) {
  /** A whole configuration. */
  public static ForeignTree of(JsonNode root) {
    return new ForeignTree(root, "");
  }

  /** The part under a key. */
  public ForeignTree at(String key) {
    return new ForeignTree(node.path(key), name(key));
  }

  /** Whether there is a value that is not null. */
  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  /**
   * A whole number.
   *
   * @throws InputException if the value is something else
   */
  public int whole(String key, int absent) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(key, "a whole number is needed");
    }
    return value.asInt();
  }

  /** A whole number, also as a list of equal ones: the side of a square. */
  public int side(String key, int absent) {
    JsonNode value = node.path(key);
    if (!value.isArray()) {
      return whole(key, absent);
    }
    if (value.size() != 2
        || !value.path(0).isIntegralNumber()
        || value.path(0).asInt() != value.path(1).asInt(-1)) {
      throw wrong(key, "only squares are supported");
    }
    return value.path(0).asInt();
  }

  /** A number. */
  public double number(String key, double absent) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isNumber()) {
      throw wrong(key, "a number is needed");
    }
    return value.asDouble();
  }

  /** A string. */
  public String text(String key, String absent) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isString()) {
      throw wrong(key, "a string is needed");
    }
    return value.asString();
  }

  /** A truth value. */
  public boolean flag(String key, boolean absent) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw wrong(key, "true or false is needed");
    }
    return value.asBoolean();
  }

  /**
   * Refuses every value but one, which is also the default.
   *
   * @param only what our computation amounts to
   */
  public void requireFlag(String key, boolean only) {
    if (flag(key, only) != only) {
      throw wrong(key, "only " + only + " is supported");
    }
  }

  /** Refuses every value but one; {@code absent} is what their programs take for none. */
  public void requireText(String key, String absent, String only) {
    if (!text(key, absent).equals(only)) {
      throw has(key)
          ? wrong(key, "only '" + only + "' is supported")
          : new InputException("'" + name(key) + "' must be '" + only + "'");
    }
  }

  /** Refuses keys that are there with a value that counts: not null, false or zero. */
  public void requireNone(String... keys) {
    for (String key : keys) {
      JsonNode value = node.path(key);
      boolean isNothing =
          value.isMissingNode()
              || value.isNull()
              || (value.isBoolean() && !value.asBoolean())
              || (value.isNumber() && value.asDouble() == 0);
      if (!isNothing) {
        throw wrong(key, "this is not supported");
      }
    }
  }

  /** The error for a value that cannot be. */
  public InputException wrong(String key, String why) {
    return new InputException("'" + name(key) + "' is " + node.path(key) + ": " + why);
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
