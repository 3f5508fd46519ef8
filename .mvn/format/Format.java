import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks ({@code check}) or rewrites ({@code apply}) every Java file below a folder with
 * google-java-format, which also sorts imports and drops the unused ones. The build runs this with
 * the JDK that it compiles with, because the formatter parses with the running JDK's own compiler
 * and Maven may run on an older one.
 */
final class Format {
  private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git");

  public static void main(String[] args) throws IOException {
    boolean apply =
        switch (args[0]) {
          case "apply" -> true;
          case "check" -> false;
          default ->
              throw new IllegalArgumentException("-Dformat is check or apply, not " + args[0]);
        };
    Path root = Path.of(args[1]);
    var formatter = new Formatter();
    int broken = 0;
    int changed = 0;
    for (Path file : javaFiles(root)) {
      String source = Files.readString(file);
      String formatted;
      try {
        formatted = formatter.formatSourceAndFixImports(source);
      } catch (FormatterException e) {
        broken++;
        System.err.println("[ERROR] " + root.relativize(file) + ": " + e.getMessage().strip());
        continue;
      }
      if (formatted.equals(source)) {
        continue;
      }
      changed++;
      if (apply) {
        Files.writeString(file, formatted);
        System.out.println("[INFO] formatted " + root.relativize(file));
      } else {
        System.err.println("[ERROR] not formatted: " + root.relativize(file));
      }
    }
    if (changed > 0 && !apply) {
      System.err.println("[ERROR] To format them all: mvn -N verify -Dformat=apply");
    }
    if (broken > 0 || (changed > 0 && !apply)) {
      System.exit(1);
    }
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED_FOLDERS.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }
}
