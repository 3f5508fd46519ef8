package io.vlm4j.image;

import io.vlm4j.image.Preprocessing.Size;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Numbers in the JSON of recipes; what is no number of the kind is refused by its key. */
final class RecipeNumbers {
  private RecipeNumbers() {}

  /** Three numbers, of which one may stand for all. */
  static List<Double> triple(ObjectNode json, String key, List<Double> absent) {
    JsonNode node = json.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return absent;
    }
    List<JsonNode> all = node.isNumber() ? List.of(node, node, node) : node.valueStream().toList();
    if (all.size() != 3 || !all.stream().allMatch(JsonNode::isNumber)) {
      throw new InputException("'%s' is %s: three numbers are needed".formatted(key, node));
    }
    return all.stream().map(JsonNode::asDouble).toList();
  }

  static int side(JsonNode node, String key) {
    if (!node.isIntegralNumber() || node.asInt(0) < 1) {
      throw new InputException(
          "'%s' is %s: a positive number of pixels is needed"
              .formatted(key, node.isMissingNode() ? "absent" : node));
    }
    return node.asInt();
  }

  static Size heightAndWidth(JsonNode node, String key) {
    return new Size(side(node.path("width"), key), side(node.path("height"), key));
  }

  static ArrayNode array(List<? extends Number> numbers) {
    ArrayNode array = Json.object().arrayNode();
    numbers.forEach(number -> {
      if (number instanceof Integer whole) {
        array.add(whole.intValue());
      } else {
        array.add(number.doubleValue());
      }
    });
    return array;
  }
}
