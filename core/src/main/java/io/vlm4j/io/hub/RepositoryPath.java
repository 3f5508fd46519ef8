package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;

/** Names of files in a repository, which become paths of this machine. */
final class RepositoryPath {
  private RepositoryPath() {}

  /**
   * Checks a name.
   *
   * @throws InputException if it could lead out of the folder that it is put into
   */
  static void requireSafe(String file) {
    boolean isSafe = !file.startsWith("/") && file.chars().noneMatch(RepositoryPath::isTrick);
    for (String part : file.split("/", -1)) {
      isSafe &= !part.isBlank() && !part.equals(".") && !part.equals("..");
    }
    if (!isSafe) {
      throw new InputException(
          "the hub lists a file '%s', which could lead out of its folder: refused"
              .formatted(file.replaceAll("\\p{Cntrl}", "?")));
    }
  }

  /** Separators and drives of Windows, and what belongs in no name. */
  private static boolean isTrick(int c) {
    return c == '\\' || c == ':' || Character.isISOControl(c);
  }
}
