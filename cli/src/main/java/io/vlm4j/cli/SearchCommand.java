package io.vlm4j.cli;

import io.vlm4j.data.PairFiles;
import io.vlm4j.eval.ContactSheet;
import io.vlm4j.eval.Retrieval;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import io.vlm4j.model.Pretrained;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds pictures by a text. */
@Command(name = "search", description = "Finds the pictures that fit a text best.")
final class SearchCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(SearchCommand.class);
  private static final int CHUNK = 256;
  private static final int THUMBNAIL = 192;

  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final Devices devices = new Devices();

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Pictures to search (default: 'pictures' beside the model folder).")
  private @Nullable Path images;

  @Option(
      names = {"-k", "--top"},
      paramLabel = "N",
      defaultValue = "12",
      description = "How many to show (default: ${DEFAULT-VALUE}).")
  private int top = 12;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "search.html",
      description = "The contact sheet (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("search.html");

  @Parameters(paramLabel = "TEXT", description = "What to look for.")
  private String text = "";

  @Override
  public Integer call() {
    if (top < 1) {
      throw new InputException("--top must be at least 1, not " + top);
    }
    Path folder = images == null ? besideTheModel() : images;
    List<Path> files = pictures(folder);
    try (var pretrained = Pretrained.load(model.folder(), devices.open())) {
      var readable = new ArrayList<Path>();
      float[][] vectors = embed(pretrained, files, readable);
      float[] query = pretrained.embedTexts(List.of(text))[0];
      var items = new ArrayList<ContactSheet.Item>();
      for (var found : Retrieval.best(query, vectors, top)) {
        Path file = readable.get(found.index());
        String score = String.format(Locale.ROOT, "%.3f", found.score());
        System.out.println(score + "  " + file);
        Path name = folder.relativize(file);
        items.add(new ContactSheet.Item(thumbnail(file), name.toString(), score));
      }
      ContactSheet.write(out, text, items);
      Terminal.line("sheet", "%s (%,d pictures searched)", out, readable.size());
    }
    return 0;
  }

  private Path besideTheModel() {
    if (!model.isFolder()) {
      throw new InputException("name a folder of pictures with --images");
    }
    return model.folder().toAbsolutePath().normalize().resolveSibling("pictures");
  }

  private static List<Path> pictures(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InputException(folder + " is no folder of pictures: name one with --images");
    }
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> pictures = files.filter(PairFiles::isPicture).sorted().toList();
      if (pictures.isEmpty()) {
        throw new InputException(folder + " holds no pictures");
      }
      return pictures;
    } catch (IOException e) {
      throw Json.cannotRead(folder, e);
    } catch (UncheckedIOException e) {
      throw Json.cannotRead(folder, Objects.requireNonNull(e.getCause()));
    }
  }

  private static float[][] embed(Pretrained model, List<Path> files, List<Path> readable) {
    var vectors = new ArrayList<float[]>();
    try (var bar = new Terminal.Bar("embedding")) {
      for (int from = 0; from < files.size(); from += CHUNK) {
        var chunk = new ArrayList<Pixels>();
        for (Path file : files.subList(from, Math.min(files.size(), from + CHUNK))) {
          try {
            chunk.add(Pretrained.readPicture(file));
            readable.add(file);
          } catch (InputException e) {
            LOG.warn("skipped: {}", e.getMessage());
          }
        }
        vectors.addAll(List.of(model.embedImages(chunk)));
        bar.show(Math.min(files.size(), from + CHUNK), files.size(), "pictures");
      }
    }
    if (readable.isEmpty()) {
      throw new InputException("not one of " + files.size() + " pictures can be read");
    }
    return vectors.toArray(float[][]::new);
  }

  private static byte[] thumbnail(Path file) {
    Pixels picture = Pretrained.readPicture(file);
    return ImageEncoder.png(
        picture.width() <= THUMBNAIL && picture.height() <= THUMBNAIL
            ? picture
            : new Preprocessing(
                    THUMBNAIL,
                    Preprocessing.Mode.SHORTEST,
                    Resize.Filter.BICUBIC,
                    List.of(0.0, 0.0, 0.0),
                    List.of(1.0, 1.0, 1.0))
                .square(picture));
  }
}
