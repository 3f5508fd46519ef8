package io.vlm4j.train;

import java.util.Map;

/**
 * Where a training stands after a step.
 *
 * @param step steps done
 * @param steps of the whole training
 * @param losses of this step, by name
 * @param loss their sum, averaged over the last steps
 * @param learningRate of this step
 * @param pairsPerSecond since the last report
 * @param dataShare share of the time since the start that was spent waiting for data
 * @param secondsLeft until the end, at this rate
 */
public record Progress(
    long step,
    long steps,
    Map<String, Double> losses,
    double loss,
    double learningRate,
    double pairsPerSecond,
    double dataShare,
    double secondsLeft) {}
