package io.vlm4j.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The entries of a mapped zip archive, which may be larger than 4 GiB, as slices of the mapping.
 *
 * <p>PyTorch stores its tensors without compression, so that they can be mapped, and compresses
 * only code, which nobody needs here. Nothing is ever unpacked, so there can be no bomb.
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int END_SIZE = 22;
  private static final int LOCATOR_SIZE = 20;
  private static final int MAX_COMMENT = 0xffff;
  private static final long ABSENT = 0xffffffffL; // the number is in a zip64 field
  private static final int ENCRYPTED = 1;
  private static final int MAX_ENTRIES = 1_000_000;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String place;
  private final MemorySegment bytes;
  private final SequencedMap<String, MemorySegment> entries = new LinkedHashMap<>();
  private final Set<String> packed = new HashSet<>();

  private ZipDirectory(String place, MemorySegment bytes) {
    this.place = place;
    this.bytes = bytes;
  }

  /** Whether this may be the beginning of a zip archive. */
  static boolean begins(MemorySegment bytes) {
    return bytes.byteSize() >= Integer.BYTES && bytes.get(INT, 0) == LOCAL;
  }

  /**
   * Finds the entries of an archive.
   *
   * @throws InputException if it is truncated or damaged; it names {@code place}
   */
  static ZipDirectory read(String place, MemorySegment bytes) {
    var directory = new ZipDirectory(place, bytes);
    directory.findEntries();
    return directory;
  }

  /** The names of all entries. */
  Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /**
   * The bytes of an entry.
   *
   * @throws InputException if it is missing or compressed
   */
  MemorySegment get(String name) {
    MemorySegment content = entries.get(name);
    if (content == null) {
      throw new InputException(place + ": the archive has no entry " + Json.quote(name));
    }
    if (packed.contains(name)) {
      throw new InputException(
          "%s: %s is compressed, unlike PyTorch's own: pack it again with `zip -0`"
              .formatted(place, Json.quote(name)));
    }
    return content;
  }

  private void findEntries() {
    long end = end();
    var reader = at(end + 10);
    long count = reader.unsignedShort();
    reader.unsignedInt(); // the directory's size
    long start = reader.unsignedInt();
    if (end >= LOCATOR_SIZE && bytes.get(INT, end - LOCATOR_SIZE) == LOCATOR_64) {
      long end64 = at(end - LOCATOR_SIZE + 8).signedLong();
      if (at(end64).signedInt() != END_64) {
        throw damaged("its zip64 end is not where it should be");
      }
      reader = at(end64 + 32);
      count = reader.signedLong();
      reader.signedLong(); // the directory's size
      start = reader.signedLong();
    }
    if (count < 0 || count > MAX_ENTRIES) {
      throw damaged("it says that it has " + count + " entries");
    }
    reader = at(start);
    for (long i = 0; i < count; i++) {
      addNext(reader);
    }
  }

  /** Where the record at the end begins, before a comment of any length. */
  private long end() {
    long last = bytes.byteSize() - END_SIZE;
    for (long at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
      if (bytes.get(INT, at) == END) {
        return at;
      }
    }
    throw damaged("its directory is missing");
  }

  private void addNext(SegmentReader reader) {
    if (reader.signedInt() != CENTRAL) {
      throw damaged("an entry is not where it should be");
    }
    reader.bytes(4); // versions
    int flags = reader.unsignedShort();
    int method = reader.unsignedShort();
    reader.bytes(8); // time, checksum
    long stored = reader.unsignedInt();
    long size = reader.unsignedInt();
    int nameLength = reader.unsignedShort();
    int extraLength = reader.unsignedShort();
    int commentLength = reader.unsignedShort();
    reader.bytes(8); // disk, attributes
    long header = reader.unsignedInt();
    String name = reader.string(nameLength);
    long extraEnd = reader.position() + extraLength;
    while (reader.position() + 4 <= extraEnd) {
      int kind = reader.unsignedShort();
      var field = new SegmentReader(place, reader.slice(reader.unsignedShort()), 0);
      if (kind == 1) { // zip64: only those numbers that did not fit above, in this order
        size = size == ABSENT ? field.signedLong() : size;
        stored = stored == ABSENT ? field.signedLong() : stored;
        header = header == ABSENT ? field.signedLong() : header;
      }
    }
    reader.bytes(Math.max(0, extraEnd - reader.position()) + commentLength);
    if (method != 0 || (flags & ENCRYPTED) != 0) {
      packed.add(name);
    } else if (stored != size) {
      throw damaged("an entry has two sizes");
    }
    if (entries.put(name, content(header, stored)) != null) {
      throw damaged("it has two entries " + Json.quote(name));
    }
  }

  private MemorySegment content(long header, long size) {
    var reader = at(header);
    if (reader.signedInt() != LOCAL) {
      throw damaged("an entry's content is not where it should be");
    }
    reader.bytes(22);
    int nameLength = reader.unsignedShort();
    int extraLength = reader.unsignedShort();
    reader.bytes(nameLength + (long) extraLength);
    return reader.slice(size);
  }

  private SegmentReader at(long position) {
    return new SegmentReader(place, bytes, position);
  }

  private InputException damaged(String what) {
    return new InputException(place + ": the archive is truncated or damaged: " + what);
  }
}
