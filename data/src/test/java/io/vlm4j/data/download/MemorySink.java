package io.vlm4j.data.download;

import io.vlm4j.data.Sample;
import io.vlm4j.data.Sink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps shards in memory; like the real ones, only those that are whole. */
final class MemorySink implements Sink {
  final Map<Integer, List<Sample>> shards = new ConcurrentSkipListMap<>();
  boolean finished;

  @Override
  public boolean has(int shard) {
    return shards.containsKey(shard);
  }

  @Override
  public void write(int shard, Iterator<Sample> samples) {
    var all = new ArrayList<Sample>();
    samples.forEachRemaining(all::add);
    all.sort(Comparator.comparing(Sample::key));
    shards.put(shard, all);
  }

  @Override
  public void finish() {
    finished = true;
  }

  List<Sample> samples() {
    return shards.values().stream().flatMap(List::stream).toList();
  }

  Sample only() {
    if (samples().size() != 1) {
      throw new AssertionError(samples().size() + " samples");
    }
    return samples().getFirst();
  }
}
