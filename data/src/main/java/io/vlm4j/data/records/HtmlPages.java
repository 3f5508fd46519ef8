package io.vlm4j.data.records;

import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jspecify.annotations.Nullable;

/**
 * HTML pages as interleaved documents, from a folder or an archive ({@code .zip}, {@code .jar}): a
 * manual, a help system, a saved site.
 *
 * <p>A sample is a page: a text for each paragraph, heading, list item or table cell, and the
 * pictures between them, in the page's order. Its key is the page's path. The metadata holds {@code
 * title}, {@code alt} (the pictures' alternative texts in the same order, null without) and, if
 * there are such, {@code left_out}: pictures that are on other hosts, not there, beyond the folder,
 * or drawings ({@code .svg}). Those are never read; as in a browser, their alternative texts stand
 * in their places.
 */
public final class HtmlPages {
  private static final Set<String> SKIPPED =
      Set.of("script", "style", "noscript", "template", "head", "svg", "iframe", "object");
  private static final long MAX_PAGE = 1 << 26;
  private static final long MAX_PICTURE = 1 << 28; // an archive may unpack to anything

  private HtmlPages() {}

  /** The samples of a folder or archive of pages. */
  public static Source read(Path pages) {
    return Source.of(new RecordShard(pages.toString(), () -> open(pages)));
  }

  private static List<Sample> open(Path pages) {
    Path root = root(pages);
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> found = files.filter(HtmlPages::isPage).sorted().toList();
      if (found.isEmpty()) {
        throw new InputException(pages + ": expected a folder or archive with .html pages");
      }
      return new LazyList<>(found.size(), i -> sample(pages, root, found.get(i)));
    } catch (IOException e) {
      throw Json.cannotRead(pages, e);
    }
  }

  /** The archive is closed when its last page or picture is gone. */
  private static Path root(Path pages) {
    if (Files.isDirectory(pages)) {
      return pages;
    }
    try {
      return FileSystems.newFileSystem(pages).getPath("/");
    } catch (ProviderNotFoundException e) {
      throw new InputException(pages + ": expected a folder or archive with .html pages", e);
    } catch (IOException e) {
      throw Json.cannotRead(pages, e);
    }
  }

  private static boolean isPage(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return (name.endsWith(".html") || name.endsWith(".htm") || name.endsWith(".xhtml"))
        && Files.isRegularFile(file);
  }

  private static Sample sample(Path pages, Path root, Path file) {
    String inside = root.relativize(file).toString();
    String origin = pages + (Files.isDirectory(pages) ? "/" : "!/") + inside;
    var page = new Page(pages, root, file);
    page.read(parse(file, origin));
    return new Sample(
        inside.replace('\\', '/').replace('.', '_'), origin, page.parts, page.metadata());
  }

  private static Document parse(Path file, String origin) {
    try (var in = Files.newInputStream(file)) {
      if (Files.size(file) > MAX_PAGE) {
        throw new InputException(origin + ": too large for a page");
      }
      return Jsoup.parse(in, null, ""); // null: the page tells its encoding
    } catch (IOException e) {
      throw new InputException("cannot read " + origin + ": " + e.getMessage(), e);
    }
  }

  /** Collects one page. Its texts end where a block begins or ends, or a picture stands. */
  private static final class Page implements NodeFilter {
    private final Path pages;
    private final Path root;
    private final Path file;
    private final List<Part> parts = new ArrayList<>();
    private final List<@Nullable String> alternatives = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private String title = "";

    Page(Path pages, Path root, Path file) {
      this.pages = pages;
      this.root = root;
      this.file = file;
    }

    void read(Document document) {
      title = document.title();
      document.body().filter(this);
      endText();
    }

    Map<String, @Nullable Object> metadata() {
      var metadata = new LinkedHashMap<String, @Nullable Object>();
      metadata.put("title", title);
      metadata.put("alt", alternatives);
      if (!leftOut.isEmpty()) {
        metadata.put("left_out", leftOut);
      }
      return metadata;
    }

    @Override
    public FilterResult head(Node node, int depth) {
      if (node instanceof TextNode words) {
        text.append(words.getWholeText());
      }
      if (!(node instanceof Element element)) {
        return FilterResult.CONTINUE;
      }
      if (SKIPPED.contains(element.normalName())) {
        return FilterResult.SKIP_ENTIRELY;
      }
      if (element.isBlock()) {
        endText();
      }
      switch (element.normalName()) {
        case "br" -> text.append(' ');
        case "img" -> picture(element);
        case "pre" -> {
          if (element.select("img").isEmpty()) {
            addText(element.wholeText().stripTrailing()); // its line breaks and indents matter
            return FilterResult.SKIP_CHILDREN;
          }
        }
        default -> {}
      }
      return FilterResult.CONTINUE;
    }

    @Override
    public FilterResult tail(Node node, int depth) {
      if (node instanceof Element element && element.isBlock()) {
        endText();
      }
      return FilterResult.CONTINUE;
    }

    private void endText() {
      addText(text.toString().replaceAll("[\\s\u00a0]+", " ").strip());
      text.setLength(0);
    }

    private void addText(String value) {
      if (!value.isBlank()) {
        parts.add(new Part.Text(value));
      }
    }

    private void picture(Element image) {
      String source = image.attr("src").strip();
      Picture picture = source.startsWith("data:") ? inline(source) : stored(source);
      if (picture == null) {
        leftOut.add(source.startsWith("data:") ? "data:" : source);
        text.append(' ').append(image.attr("alt")).append(' ');
        return;
      }
      endText();
      parts.add(picture);
      alternatives.add(image.hasAttr("alt") ? image.attr("alt") : null);
    }

    private @Nullable Picture inline(String source) {
      int comma = source.indexOf(',');
      if (comma < 0 || !source.substring(0, comma).endsWith(";base64")) {
        return null;
      }
      return Picture.encoded(
          file + " (inline)", () -> Base64.getMimeDecoder().decode(source.substring(comma + 1)));
    }

    private @Nullable Picture stored(String source) {
      String path = source.replaceFirst("[?#].*$", "");
      if (path.isEmpty() || path.startsWith("//") || path.matches("^[A-Za-z][A-Za-z0-9+.-]*:.*")) {
        return null;
      }
      if (path.toLowerCase(Locale.ROOT).endsWith(".svg")) {
        return null;
      }
      Path found;
      try {
        String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        found =
            decoded.startsWith("/")
                ? root.resolve(decoded.replaceFirst("^/+", ""))
                : file.resolveSibling(decoded);
      } catch (IllegalArgumentException _) { // an escape or a path that is none
        return null;
      }
      Path picture = found.normalize();
      if (!picture.startsWith(root.normalize()) || !Files.isRegularFile(picture)) {
        return null;
      }
      return Picture.encoded(
          Files.isDirectory(pages) ? picture.toString() : pages + "!" + picture,
          () -> {
            if (Files.size(picture) > MAX_PICTURE) {
              throw new IOException("too large for a picture");
            }
            return Files.readAllBytes(picture);
          });
    }
  }
}
