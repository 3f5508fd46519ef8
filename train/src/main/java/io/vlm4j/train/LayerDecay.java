package io.vlm4j.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learning rates that fall towards the bottom of each tower (1801.06146, section 3.2; the counting
 * is BEiT's, 2106.08254): what is near the input has learned what all pictures share, and should
 * move least.
 *
 * <p>A tower is what has numbered blocks, {@code NAME.blocks.0} and so on. Of L blocks, block i is
 * layer i + 1, what the tower has before its blocks is layer 0, what follows them is layer L + 1;
 * the factor of a layer is {@code decay^(L + 1 - layer)}. What belongs to no tower has the factor
 * 1.
 */
final class LayerDecay {
  private static final Pattern BLOCK = Pattern.compile("(.+)\\.blocks\\.(\\d+)\\..+");

  private LayerDecay() {}

  /** The factor of each parameter; {@code names} come in the order of the model. */
  static SequencedMap<String, Double> factors(SequencedCollection<String> names, double decay) {
    Map<String, Integer> blocks = blocks(names);
    var reached = new LinkedHashMap<String, Integer>(); // the layer of each tower, on the way up
    var factors = new LinkedHashMap<String, Double>();
    for (String name : names) {
      String tower = tower(name, blocks);
      double factor = 1;
      if (!tower.isEmpty()) {
        int top = blocks.getOrDefault(tower, 0) + 1;
        Matcher block = BLOCK.matcher(name);
        int layer;
        if (block.matches()) {
          layer = Integer.parseInt(block.group(2)) + 1;
          reached.put(tower, top); // what comes after the blocks
        } else {
          layer = reached.getOrDefault(tower, 0);
        }
        factor = Math.pow(decay, top - layer);
      }
      factors.put(name, factor);
    }
    return factors;
  }

  /** The number of blocks of each tower. */
  static SequencedMap<String, Integer> blocks(SequencedCollection<String> names) {
    var blocks = new LinkedHashMap<String, Integer>();
    for (String name : names) {
      Matcher matcher = BLOCK.matcher(name);
      if (matcher.matches()) {
        blocks.merge(matcher.group(1), Integer.parseInt(matcher.group(2)) + 1, Math::max);
      }
    }
    return blocks;
  }

  /** The innermost tower that has the parameter; empty if none has. */
  private static String tower(String name, Map<String, Integer> blocks) {
    String found = "";
    for (String tower : blocks.keySet()) {
      if (name.startsWith(tower + ".") && tower.length() > found.length()) {
        found = tower;
      }
    }
    return found;
  }
}
