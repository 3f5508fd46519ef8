package io.vlm4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads Python's pickles as data. A pickle is a small program that may call any function of Python;
 * this reader knows no function but those of its {@link World}, and calls nothing else.
 *
 * <p>None is {@link #NONE}; numbers are {@link Long}, {@link BigInteger}, {@link Double} and {@link
 * Boolean}; strings are {@link String}; lists and tuples are {@link List}; dictionaries are {@link
 * Dict}. Lists and dictionaries may contain themselves.
 */
final class Pickle {
  /** Python's {@code None}. */
  static final Object NONE = new Object();

  private static final int PROTO = 0x80;
  private static final int MAX_PROTOCOL = 5;
  private static final int MAX_STEPS = 16_000_000; // some 400,000 tensors
  private static final long MAX_SIZE = 1 << 28;

  /** What a pickle may name beside plain data. */
  interface World {
    /**
     * What {@code module.name} is: a {@link Function}, or a value.
     *
     * @throws InputException if it is not one of the few that are known
     */
    Object global(String module, String name);

    /** What a reference to something outside of the pickle stands for. */
    Object persistent(Object id);
  }

  /** A function that a pickle may call. */
  @FunctionalInterface
  interface Function {
    Object call(List<?> arguments);
  }

  /** Bytes as such, of which no tensor's description needs any. */
  private record Bytes(int length) {}

  /** A dictionary. Its keys are not hashed, as they may be anything, even the dictionary itself. */
  static final class Dict {
    final List<Object> keys = new ArrayList<>();
    final List<Object> values = new ArrayList<>();
  }

  /** An object of some class of Python, without its methods. */
  static final class Instance {
    Dict attributes = new Dict();
  }

  private final String place;
  private final SegmentReader reader;
  private final World world;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();

  private Pickle(String place, SegmentReader reader, World world) {
    this.place = place;
    this.reader = reader;
    this.world = world;
  }

  /** Whether this may be the beginning of a pickle of a known protocol. */
  static boolean begins(MemorySegment bytes) {
    return bytes.byteSize() > 2
        && Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, 0)) == PROTO
        && Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, 1)) <= MAX_PROTOCOL;
  }

  /**
   * Reads the pickle at the reader's position and leaves the reader behind it.
   *
   * @throws InputException if it is truncated, damaged, or more than plain data and {@code world}
   */
  static Object read(String place, SegmentReader reader, World world) {
    return new Pickle(place, reader, world).run();
  }

  private Object run() {
    long start = reader.position();
    for (int steps = 0; steps < MAX_STEPS && reader.position() - start < MAX_SIZE; steps++) {
      int opcode = reader.unsignedByte();
      if (opcode == '.') {
        return pop();
      }
      step(opcode);
    }
    throw new InputException(place + ": its pickle is longer than any of tensors");
  }

  private void step(int opcode) {
    switch (opcode) {
      case PROTO -> requireProtocol(reader.unsignedByte());
      case 0x95 -> reader.signedLong(); // FRAME
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) reader.signedInt());
      case 'K' -> push((long) reader.unsignedByte());
      case 'M' -> push((long) reader.unsignedShort());
      case 0x8a -> push(longInteger(reader.bytes(reader.unsignedByte())));
      case 'G' -> push(reader.bigEndianDouble());
      case 'X' -> push(reader.string(reader.unsignedInt()));
      case 0x8c, 'U' -> push(reader.string(reader.unsignedByte()));
      case 0x8d -> push(reader.string(reader.signedLong()));
      case 'T' -> push(reader.string(reader.signedInt()));
      case 'C' -> push(new Bytes(reader.bytes(reader.unsignedByte()).length));
      case 'B' -> push(new Bytes(reader.bytes(reader.unsignedInt()).length));
      case ']', ')' -> push(new ArrayList<>());
      case '}' -> push(new Dict());
      case '(' -> marks.add(stack.size());
      case 't' -> push(popToMark());
      case 0x85 -> push(popLast(1));
      case 0x86 -> push(popLast(2));
      case 0x87 -> push(popLast(3));
      case 'a', 'e' -> append(opcode == 'a' ? popLast(1) : popToMark());
      case 's', 'u' -> putAll(opcode == 's' ? popLast(2) : popToMark());
      case 'q' -> memo.put((long) reader.unsignedByte(), peek());
      case 'r' -> memo.put(reader.unsignedInt(), peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> push(remembered(reader.unsignedByte()));
      case 'j' -> push(remembered(reader.unsignedInt()));
      case '0' -> pop();
      case 'c' -> push(world.global(reader.line(), reader.line()));
      case 0x93 -> {
        List<Object> names = popLast(2);
        push(world.global(expect(String.class, names.get(0)), expect(String.class, names.get(1))));
      }
      case 'R', 0x81 -> { // calling a function and making an object are one to a World
        List<Object> call = popLast(2);
        push(expect(Function.class, call.get(0)).call(expect(List.class, call.get(1))));
      }
      case 'b' -> build(pop());
      case 'Q' -> push(world.persistent(pop()));
      default ->
          throw damaged(
              "opcode 0x%02x at byte %d is none of plain data"
                  .formatted(opcode, reader.position() - 1));
    }
  }

  private void requireProtocol(int version) {
    if (version > MAX_PROTOCOL) {
      throw damaged("protocol " + version + " is unknown");
    }
  }

  private static Object longInteger(byte[] littleEndian) {
    byte[] bytes = Arrays.copyOf(littleEndian, Math.max(1, littleEndian.length));
    for (int i = 0; i < bytes.length / 2; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[bytes.length - 1 - i];
      bytes[bytes.length - 1 - i] = swapped;
    }
    var value = new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private void append(List<Object> items) {
    @SuppressWarnings("unchecked") // every list here was made here
    List<Object> list = expect(List.class, peek());
    list.addAll(items);
  }

  private void putAll(List<Object> items) {
    Dict dict = expect(Dict.class, peek());
    if (items.size() % 2 != 0) {
      throw damaged("a key has no value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      dict.keys.add(items.get(i));
      dict.values.add(items.get(i + 1));
    }
  }

  /** Sets the attributes of an object; those of a dictionary only tell of its history. */
  private void build(Object state) {
    if (peek() instanceof Instance instance) {
      instance.attributes = expect(Dict.class, state); // a copy could be made to grow endlessly
    } else {
      expect(Dict.class, peek());
    }
  }

  private Object remembered(long index) {
    Object value = memo.get(index);
    if (value == null) {
      throw damaged("it refers to something that it did not hold");
    }
    return value;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object peek() {
    return popOrPeek(false);
  }

  private Object pop() {
    return popOrPeek(true);
  }

  private Object popOrPeek(boolean remove) {
    if (stack.size() <= floor()) {
      throw damaged("it takes from an empty stack");
    }
    return remove ? stack.removeLast() : stack.getLast();
  }

  private List<Object> popLast(int count) {
    if (stack.size() - count < floor()) {
      throw damaged("it takes from an empty stack");
    }
    return popFrom(stack.size() - count);
  }

  private List<Object> popToMark() {
    if (marks.isEmpty()) {
      throw damaged("it looks for a mark that is not there");
    }
    return popFrom(marks.removeLast());
  }

  private List<Object> popFrom(int from) {
    List<Object> top = stack.subList(from, stack.size());
    var popped = new ArrayList<>(top);
    top.clear();
    return popped;
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }

  private <T> T expect(Class<T> type, Object value) {
    if (!type.isInstance(value)) {
      throw damaged(
          "it has a %s where a %s should be"
              .formatted(value.getClass().getSimpleName(), type.getSimpleName()));
    }
    return type.cast(value);
  }

  private InputException damaged(String what) {
    return new InputException(place + ": its pickle is damaged or more than data: " + what);
  }
}
