package io.vlm4j.text;

import java.util.Arrays;

/**
 * Byte strings and their numbers, walked byte by byte. The edges are one open hash table: eight
 * bytes an edge at half load, no object for a node.
 */
final class ByteTrie {
  static final int ROOT = 0;
  private static final int NONE = -1;

  private long[] keys = new long[1 << 10]; // (node, byte) + 1; 0 for free
  private int[] children = new int[1 << 10];
  private int[] values = new int[1 << 9];
  private int nodes = 1;

  ByteTrie() {
    Arrays.fill(values, NONE);
  }

  /** Adds a string with its number, 0 or more. */
  void put(byte[] text, int value) {
    int node = ROOT;
    for (byte b : text) {
      int next = child(node, b);
      node = next == NONE ? add(node, b) : next;
    }
    values[node] = value;
  }

  /** The node behind {@code node} and a byte; negative if there is none. */
  int child(int node, byte b) {
    long key = key(node, b);
    for (int slot = slot(key); keys[slot] != 0; slot = slot + 1 & keys.length - 1) {
      if (keys[slot] == key) {
        return children[slot];
      }
    }
    return NONE;
  }

  /** The number of the string that ends at a node; negative if none does. */
  int value(int node) {
    return values[node];
  }

  private int add(int node, byte b) {
    if (2 * nodes >= keys.length) {
      grow();
    }
    if (nodes == values.length) {
      values = Arrays.copyOf(values, 2 * nodes);
      Arrays.fill(values, nodes, values.length, NONE);
    }
    insert(key(node, b), nodes);
    return nodes++;
  }

  private void insert(long key, int child) {
    int slot = slot(key);
    while (keys[slot] != 0) {
      slot = slot + 1 & keys.length - 1;
    }
    keys[slot] = key;
    children[slot] = child;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldChildren = children;
    keys = new long[2 * oldKeys.length];
    children = new int[2 * oldKeys.length];
    for (int slot = 0; slot < oldKeys.length; slot++) {
      if (oldKeys[slot] != 0) {
        insert(oldKeys[slot], oldChildren[slot]);
      }
    }
  }

  private static long key(int node, byte b) {
    return ((long) node << 8 | b & 0xff) + 1;
  }

  private int slot(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32) & keys.length - 1;
  }
}
