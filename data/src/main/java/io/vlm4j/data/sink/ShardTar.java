package io.vlm4j.data.sink;

import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A tar of samples: the members of each share a name and differ in their endings. */
final class ShardTar implements AutoCloseable {
  private final TarArchiveOutputStream tar;
  private final Set<String> keys = new HashSet<>();

  ShardTar(OutputStream stream) {
    tar = new TarArchiveOutputStream(stream, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  /**
   * Adds a sample's members by their endings, in order.
   *
   * @throws InputException if its key names no file, or one that is there already
   */
  void add(Sample sample, Map<String, byte[]> members) throws IOException {
    String key = SampleKeys.member(sample);
    if (!keys.add(key)) {
      throw new InputException(
          "%s: a second sample of key '%s' in one shard".formatted(sample.origin(), key));
    }
    for (Map.Entry<String, byte[]> member : members.entrySet()) {
      var entry = new TarArchiveEntry(key + "." + member.getKey());
      entry.setSize(member.getValue().length);
      entry.setModTime(0L); // the same samples give the same bytes
      tar.putArchiveEntry(entry);
      tar.write(member.getValue());
      tar.closeArchiveEntry();
    }
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
