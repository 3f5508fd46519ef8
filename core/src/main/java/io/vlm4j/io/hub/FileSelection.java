package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import java.util.List;

/** Which files of a repository are wanted. */
@FunctionalInterface
public interface FileSelection {
  /** Those of {@code files} that are wanted. */
  List<String> of(List<String> files);

  /** What a model folder needs: see {@link ModelFiles}. */
  static FileSelection model() {
    return ModelFiles::needed;
  }

  /**
   * Files by patterns: {@code *} goes over slashes too.
   *
   * @param include each must fit a file; if there is none, what a model folder needs
   * @param exclude what fits one of these is left out
   */
  static FileSelection of(List<String> include, List<String> exclude) {
    var excluded = new Globs(exclude);
    return files ->
        (include.isEmpty() ? ModelFiles.needed(files) : included(include, files))
            .stream().filter(file -> !excluded.fits(file)).toList();
  }

  private static List<String> included(List<String> include, List<String> files) {
    for (String glob : include) {
      if (files.stream().noneMatch(new Globs(List.of(glob))::fits)) {
        throw new InputException(
            "'%s' fits none of the %d files of the repository".formatted(glob, files.size()));
      }
    }
    return files.stream().filter(new Globs(include)::fits).toList();
  }
}
