package io.vlm4j.data.source;

import io.vlm4j.data.Picture;
import io.vlm4j.data.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds picture files that a table or list names: beside it, then in the working directory, or far
 * away.
 *
 * <p>A table is the user's own, so it may name any file. Layouts that strangers make refuse what
 * lies outside their folder.
 *
 * @param folder where the table is; empty for a table far away
 */
record PicturePlaces(String folder) {
  static PicturePlaces beside(DataFile table) {
    String address = table.address();
    return new PicturePlaces(address.substring(0, address.length() - table.name().length()));
  }

  Picture find(String name) {
    if (Stores.isFar(name)) {
      return far(name);
    }
    if (Stores.isFar(folder)) {
      return far(folder + name);
    }
    Path beside = Path.of(folder).toAbsolutePath().resolve(name);
    return Picture.file(Files.exists(beside) ? beside : Path.of(name));
  }

  private static Picture far(String address) {
    return Picture.encoded(address, () -> new DataFile(address).bytes());
  }
}
