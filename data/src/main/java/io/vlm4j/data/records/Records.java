package io.vlm4j.data.records;

import io.vlm4j.data.LazyList;
import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.io.Utf8;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Records of one kind in an annotation file, by position. Only their places are kept, and their
 * keys where they are looked up by one; the rest is read from the mapped file when it is asked for.
 * Safe for any number of threads once it is filled.
 */
final class Records {
  /** Makes a sample of a record. */
  @FunctionalInterface
  interface SampleMaker {
    /** Makes it; an exception need not say where the record is. */
    Sample make(Fields record, Place place);
  }

  /**
   * Where a record is.
   *
   * @param file its file's name without the ending
   * @param index its position in the file
   * @param origin for messages
   */
  record Place(String file, int index, String origin) {
    /** A key for records that have none of their own. */
    String key() {
      return file + "-" + index;
    }
  }

  private final Path file;
  private final MemorySegment bytes;
  private final String name;
  private final List<String> labels = new ArrayList<>();
  private final Map<String, Chain> byKey = new HashMap<>();
  private int[] next = new int[0]; // the next record under the same key, where there is one
  private long[] places = new long[3 * 64]; // start, end and line of each
  private int size;

  /**
   * No records yet.
   *
   * @param name what the list is called in the file; empty for the file as a whole
   */
  Records(Path file, MemorySegment bytes, String name) {
    this.file = file;
    this.bytes = bytes;
    this.name = name;
  }

  /**
   * Adds a record by where its bytes start and end.
   *
   * @param line the line that it is, from 1, or 0 if it is not a line
   */
  void add(long start, long end, long line) {
    int at = 3 * size;
    if (at == places.length) {
      places = Arrays.copyOf(places, 2 * places.length);
    }
    places[at] = start;
    places[at + 1] = end;
    places[at + 2] = line;
    size++;
  }

  /** Names the record that was added last, as a member of an object. */
  void label(String label) {
    labels.add(label);
  }

  /** Files the record that was added last under a key. */
  void fileUnder(String key) {
    int index = size - 1;
    if (index >= next.length) {
      next = Arrays.copyOf(next, places.length / 3);
    }
    Chain chain = byKey.get(key);
    if (chain == null) {
      byKey.put(key, new Chain(index));
    } else {
      next[chain.last] = index;
      chain.last = index;
    }
  }

  /** The records under one key; a list for each would take more memory than the file. */
  private static final class Chain {
    private final int first;
    private int last;

    Chain(int first) {
      this.first = first;
      this.last = first;
    }
  }

  /** How many there are. */
  int size() {
    return size;
  }

  /** What a record is called in the file; only where it is a member of an object. */
  String label(int index) {
    return labels.get(index);
  }

  /** The positions of the records under a key, in order. */
  List<Integer> under(String key) {
    Chain chain = byKey.get(key);
    if (chain == null) {
      return List.of();
    }
    var positions = new ArrayList<Integer>();
    for (int i = chain.first; i != chain.last; i = next[i]) {
      positions.add(i);
    }
    positions.add(chain.last);
    return positions;
  }

  /** How many records are under keys that the others do not have. */
  long strangersTo(Records others) {
    return byKey.keySet().stream()
        .filter(key -> !others.byKey.containsKey(key))
        .mapToLong(key -> under(key).size())
        .sum();
  }

  /** A record's JSON. */
  JsonNode value(int index) {
    long start = places[3 * index];
    long length = places[3 * index + 1] - start;
    byte[] json = bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    return Json.parse(Utf8.decode(json, "its bytes"));
  }

  /** A record's fields. Exceptions call them as {@code list[index].field}. */
  Fields fields(int index) {
    return new Fields("%s[%d].".formatted(name, index), value(index));
  }

  /** The samples of all records. */
  List<Sample> samples(SampleMaker maker) {
    return new LazyList<>(size, i -> sample(i, maker));
  }

  /** The samples of some records. */
  List<Sample> samples(int[] positions, SampleMaker maker) {
    return new LazyList<>(positions.length, i -> sample(positions[i], maker));
  }

  private String origin(int index) {
    long line = places[3 * index + 2];
    if (line > 0) {
      return file + ":" + line;
    }
    String list = name.isEmpty() ? "" : ": " + name;
    return "%s%s[%s]".formatted(file, list, labels.isEmpty() ? index : "'" + label(index) + "'");
  }

  private Sample sample(int index, SampleMaker maker) {
    String origin = origin(index);
    try {
      return maker.make(
          new Fields("", value(index)), new Place(RecordShard.stem(file), index, origin));
    } catch (InputException | IllegalArgumentException e) {
      throw new InputException(origin + ": " + e.getMessage(), e);
    }
  }
}
