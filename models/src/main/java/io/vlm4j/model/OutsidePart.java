package io.vlm4j.model;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A part of a model that the model's folder need not hold, because it is another model as it was
 * published: its configuration, and its weights where the folder's have none of it.
 *
 * @param what it is called in messages, such as {@code image tower}
 * @param name what the model's configuration calls it: a folder, or {@code ORG/NAME} of the hub
 * @param configKey under which key the model's configuration has the part's, once it is complete
 * @param config from the configuration of the part's own folder to the part's
 * @param tensors what the names of its tensors begin with in the model's weights
 * @param ownTensors what they begin with in the part's own folder; others there are left out
 * @param known its configuration, if it is so well known that its folder need not be asked
 */
public record OutsidePart(
    String what,
    String name,
    String configKey,
    UnaryOperator<ObjectNode> config,
    String tensors,
    String ownTensors,
    @Nullable ObjectNode known) {}
