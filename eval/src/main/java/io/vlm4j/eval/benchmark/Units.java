package io.vlm4j.eval.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Items in a row, of which those of one unit hang together and are one sample of a task. */
final class Units<T> {
  private final List<T> items;
  private final Function<T, String> unit;
  private final int[] numbers; // of each item's unit

  private Units(List<T> items, Function<T, String> unit) {
    this.items = items;
    this.unit = unit;
    numbers = new int[items.size()];
    for (int i = 1; i < numbers.length; i++) {
      boolean isSame = unit.apply(items.get(i)).equals(unit.apply(items.get(i - 1)));
      numbers[i] = numbers[i - 1] + (isSame ? 0 : 1);
    }
  }

  /** Items as they come: a unit ends where the next item is of another. */
  static <T> Units<T> inOrder(List<T> items, Function<T, String> unit) {
    return new Units<>(items, unit);
  }

  /** Items put together by unit, units in the order of their first items. */
  static <T> Units<T> together(List<T> items, Function<T, String> unit) {
    var byUnit = new LinkedHashMap<String, List<T>>();
    items.forEach(
        item -> byUnit.computeIfAbsent(unit.apply(item), _ -> new ArrayList<>()).add(item));
    return new Units<>(byUnit.values().stream().flatMap(List::stream).toList(), unit);
  }

  /** All items, those of a unit next to each other. */
  List<T> items() {
    return items;
  }

  /** The number of units. */
  int size() {
    return numbers.length == 0 ? 0 : numbers[numbers.length - 1] + 1;
  }

  /** The number of an item's unit, from 0. */
  int of(int item) {
    return numbers[item];
  }

  /** The samples, with the tags of the first item of each. */
  List<Outcome.Sampled> samples(Function<T, Map<String, String>> tags) {
    return IntStream.range(0, numbers.length)
        .filter(i -> i == 0 || numbers[i] != numbers[i - 1])
        .mapToObj(items::get)
        .map(item -> new Outcome.Sampled(unit.apply(item), tags.apply(item)))
        .toList();
  }

  /** A sum over the items of each unit. */
  double[] sums(IntToDoubleFunction values) {
    var sums = new double[size()];
    for (int i = 0; i < numbers.length; i++) {
      sums[numbers[i]] += values.applyAsDouble(i);
    }
    return sums;
  }

  /** How many items of each unit are so. */
  double[] counts(IntPredicate isSo) {
    return sums(i -> isSo.test(i) ? 1 : 0);
  }

  /** A ratio of which units that are not asked for it are no samples. */
  static Measure ratioOfAsked(String name, double[] happened, double[] asked) {
    int[] some = IntStream.range(0, asked.length).filter(u -> asked[u] > 0).toArray();
    return Measure.ratio(name, happened, asked).of(some);
  }
}
