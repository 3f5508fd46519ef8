package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * How a user names a model: a folder, or a repository of the hub.
 *
 * <p>{@code hf:ORG/NAME[@REVISION]} and OpenCLIP's {@code hf-hub:ORG/NAME[@REVISION]} are
 * repositories, OpenCLIP's {@code local-dir:PATH} and everything without such a prefix are folders.
 */
public sealed interface ModelName {
  /** The revision of a name that gives none. */
  String DEFAULT_REVISION = "main";

  /** A folder of this machine. */
  record Folder(Path path) implements ModelName {}

  /**
   * A repository of the hub.
   *
   * @param id {@code ORG/NAME}, or a bare {@code NAME} of the hub's early days
   * @param revision a branch, a tag, {@code refs/pr/N}, or a commit hash
   */
  record Repository(String id, String revision) implements ModelName {
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_](?:[\\w.-]*[A-Za-z0-9_])?");
    private static final Pattern REVISION = Pattern.compile("[\\w.+=#@%-]+(?:/[\\w.+=#@%-]+)*");
    private static final int LONGEST = 96;

    /**
     * Checks both.
     *
     * @throws InputException if the hub could not have such a name
     */
    public Repository {
      String[] parts = id.split("/", -1);
      boolean named = parts.length <= 2 && id.length() <= LONGEST;
      for (String part : parts) {
        named &= PART.matcher(part).matches() && !part.contains("--") && !part.contains("..");
      }
      if (!named) {
        throw new InputException(
            "'%s' is no name of a repository: expected ORG/NAME, such as openai/clip-vit-base-patch32"
                .formatted(id));
      }
      // It becomes a path below refs/.
      if (!REVISION.matcher(revision).matches() || hasDots(revision)) {
        throw new InputException(
            "'%s' is no revision of %s: expected a branch, a tag or a commit"
                .formatted(revision, id));
      }
    }

    /** What is written {@code ORG/NAME} or {@code ORG/NAME@REVISION}. */
    static Repository of(String text) {
      int at = text.indexOf('@');
      return at < 0
          ? new Repository(text, DEFAULT_REVISION)
          : new Repository(text.substring(0, at), text.substring(at + 1));
    }

    private static boolean hasDots(String revision) {
      for (String part : revision.split("/")) {
        if (part.startsWith(".") || part.contains("..")) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return revision.equals(DEFAULT_REVISION) ? id : id + "@" + revision;
    }
  }

  /**
   * Understands the name of a model where folders are usual: a repository needs a prefix.
   *
   * @throws InputException if it is neither, or a repository that lacks the prefix
   */
  static ModelName parse(String name) {
    for (String prefix : new String[] {"hf:", "hf-hub:"}) {
      if (name.startsWith(prefix)) {
        return Repository.of(name.substring(prefix.length()));
      }
    }
    boolean isLocal = name.startsWith("local-dir:");
    Path path = path(isLocal ? name.substring("local-dir:".length()) : name);
    if (!isLocal && !Files.exists(path) && name.matches("[\\w-][\\w.-]*/[\\w-][\\w.@-]*")) {
      throw new InputException(
          "there is no folder '%s'; if it is a model of the hub, name it hf:%s"
              .formatted(name, name));
    }
    return new Folder(path);
  }

  /**
   * Understands the name of a repository where nothing else is meant: the prefix may be left out.
   *
   * @throws InputException if it is none
   */
  static Repository repository(String name) {
    if (name.startsWith("local-dir:")) {
      throw new InputException("'" + name + "' is a folder; expected ORG/NAME[@REVISION]");
    }
    return Repository.of(name.replaceFirst("^(hf:|hf-hub:)", ""));
  }

  private static Path path(String text) {
    if (text.isBlank()) {
      throw new InputException(
          "the name of the model is empty; expected a folder or hf:ORG/NAME[@REVISION]");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException("'" + text + "' is no path: " + e.getReason(), e);
    }
  }
}
