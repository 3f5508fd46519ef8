package io.vlm4j.data.embedding;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * Writes Thrift's compact protocol, in which Parquet describes itself: what the <a
 * href="https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md">
 * specification</a> says of the few types that are needed. Fields come in the order of their ids.
 */
final class ThriftCompact {
  private static final int I32 = 5;
  private static final int I64 = 6;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int STRUCT = 12;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ArrayDeque<Integer> outer = new ArrayDeque<>();
  private int last;

  ThriftCompact i32(int id, int value) {
    field(id, I32);
    zigzag(value);
    return this;
  }

  ThriftCompact i64(int id, long value) {
    field(id, I64);
    zigzag(value);
    return this;
  }

  ThriftCompact string(int id, String value) {
    field(id, BINARY);
    text(value);
    return this;
  }

  /** A list of one enumerated value. */
  ThriftCompact enums(int id, int value) {
    list(id, 1, I32);
    zigzag(value);
    return this;
  }

  /** A list of one string. */
  ThriftCompact strings(int id, String value) {
    list(id, 1, BINARY);
    text(value);
    return this;
  }

  /** Begins a list of structures: {@code size} times {@link #element}, fields and {@link #end}. */
  ThriftCompact structs(int id, int size) {
    list(id, size, STRUCT);
    return this;
  }

  /** Begins a structure in a list. */
  ThriftCompact element() {
    outer.push(last);
    last = 0;
    return this;
  }

  /** Begins a structure in a field. */
  ThriftCompact struct(int id) {
    field(id, STRUCT);
    return element();
  }

  /** Ends a structure. */
  ThriftCompact end() {
    bytes.write(0);
    last = outer.isEmpty() ? 0 : outer.pop();
    return this;
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  private void field(int id, int type) {
    int step = id - last;
    if (step < 1 || step > 15) {
      throw new IllegalArgumentException("field " + id + " after field " + last);
    }
    bytes.write(step << 4 | type);
    last = id;
  }

  private void list(int id, int size, int type) {
    field(id, LIST);
    if (size < 15) {
      bytes.write(size << 4 | type);
    } else {
      bytes.write(0xf0 | type);
      varint(size);
    }
  }

  private void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    bytes.writeBytes(utf8);
  }

  private void zigzag(long value) {
    varint(value << 1 ^ value >> 63);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }
}
