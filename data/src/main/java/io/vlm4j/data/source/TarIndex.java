package io.vlm4j.data.source;

import io.vlm4j.io.InputException;
import io.vlm4j.io.SegmentStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a tar holds, found by one pass over its headers.
 *
 * <p>WebDataset's rule: members that follow one another and share the name up to the first dot of
 * its last part belong to one sample; what comes after that dot is the member's kind.
 *
 * @param groups samples, in order
 * @param damage why the archive could not be read to its end, or null
 */
record TarIndex(List<Group> groups, @Nullable InputException damage) {
  /** Members of one sample. */
  record Group(String key, List<Member> members) {}

  /** A member's kind (such as {@code jpg}) and its bytes' place. */
  record Member(String kind, long offset, int size) {
    byte[] bytes(MemorySegment tar) {
      return tar.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Reads the headers; whole samples before any damage are kept. */
  static TarIndex of(MemorySegment tar, String name) {
    return new Builder(tar, name).build();
  }

  private static final int BLOCK = 512;

  private static final class Builder {
    private final MemorySegment tar;
    private final String name;
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, String> kinds = new HashMap<>();
    private String key = "";
    private List<Member> members = new ArrayList<>();
    private long end; // of the last member's last block

    Builder(MemorySegment tar, String name) {
      this.tar = tar;
      this.name = name;
    }

    TarIndex build() {
      var stream = new SegmentStream(tar);
      String last = "its first header";
      try (var reader = new TarArchiveInputStream(stream, "UTF-8")) {
        for (TarArchiveEntry entry; (entry = reader.getNextEntry()) != null; ) {
          last = entry.getName();
          long offset = stream.position();
          end = (offset + entry.getSize() + BLOCK - 1) / BLOCK * BLOCK;
          if (!entry.isFile() || entry.isSparse() || isMeta(last)) {
            continue;
          }
          if (entry.getSize() > tar.byteSize() - offset) {
            throw new IOException("the file ends within it");
          }
          if (entry.getSize() > Integer.MAX_VALUE - 8) {
            throw new IOException("it is larger than 2 GiB");
          }
          add(last, offset, (int) entry.getSize());
        }
        finish();
        return new TarIndex(groups, hasEndMark() ? null : damaged(last, "it has no end mark"));
      } catch (IOException | IllegalArgumentException e) {
        // What came last may miss members: it is part of the damage, not a sample.
        return new TarIndex(groups, damaged(last, String.valueOf(e.getMessage())));
      }
    }

    private InputException damaged(String last, String why) {
      return new InputException(
          "%s: damaged at %s: %s; %d samples before it are whole"
              .formatted(name, last, why, groups.size()));
    }

    /** After the last member follows a block of zeros, or the archive was cut between members. */
    private boolean hasEndMark() {
      if (tar.byteSize() - end < BLOCK) {
        return false;
      }
      byte[] block = tar.asSlice(end, BLOCK).toArray(ValueLayout.JAVA_BYTE);
      return Arrays.equals(block, new byte[BLOCK]);
    }

    /** WebDataset's own members, such as {@code __len__}. */
    private static boolean isMeta(String path) {
      String file = path.substring(path.lastIndexOf('/') + 1);
      return file.startsWith("__") && file.endsWith("__");
    }

    private void add(String path, long offset, int size) {
      int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
      if (dot < 0) {
        return; // no kind: WebDataset leaves it out too
      }
      String sample = path.substring(0, dot);
      if (!sample.equals(key)) {
        finish();
        key = sample;
      }
      String kind = kinds.computeIfAbsent(path.substring(dot + 1), k -> k);
      members.add(new Member(kind, offset, size));
    }

    private void finish() {
      if (!members.isEmpty()) {
        groups.add(new Group(key, List.copyOf(members)));
        members = new ArrayList<>();
      }
    }
  }
}
