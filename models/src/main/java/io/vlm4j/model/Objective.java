package io.vlm4j.model;

import io.vlm4j.tensor.Batch;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * One of the things that a model minimises in turn in every step, over parameters of its own, by an
 * optimiser of its own: an adversarial model has two.
 *
 * @param name tells the objectives of a model apart; empty for the only one
 * @param trains whether it moves the parameter of a name; each parameter belongs to one objective.
 *     While losses are computed, the gradient flows to these parameters alone
 * @param losses of a batch by name, of which the sum is minimised; empty in steps in which it
 *     rests. They are asked for in the order of the objectives, the batch and the scope being the
 *     same, so that a later objective may use what an earlier one computed
 */
public record Objective(
    String name, Predicate<String> trains, Function<Batch, SequencedMap<String, Tensor>> losses) {}
