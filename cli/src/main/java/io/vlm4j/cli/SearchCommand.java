package io.vlm4j.cli;

import io.vlm4j.data.embedding.EmbeddingFolder;
import io.vlm4j.eval.ContactSheet;
import io.vlm4j.eval.Retrieval;
import io.vlm4j.image.ImageDecoder;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Preprocessing;
import io.vlm4j.image.Resize;
import io.vlm4j.io.InputException;
import io.vlm4j.model.Pretrained;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
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
      names = "--embeddings",
      paramLabel = "DIR",
      description = "Search what 'embed --images' has made of pictures, and embed none now.")
  private @Nullable Path embeddings;

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
    if (embeddings != null) {
      if (images != null) {
        throw new InputException("--embeddings and --images: give one of them");
      }
      searchEmbeddings(embeddings);
      return 0;
    }
    Path folder = images == null ? besideTheModel() : images;
    List<Path> files = PictureFiles.in(folder);
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

  private void searchEmbeddings(Path path) {
    Path folder = model.folder();
    Optional<EmbedRecord> record = EmbedRecord.read(path);
    if (record.isPresent() && !record.get().modelHash().equals(EmbedRecord.hash(folder))) {
      throw new InputException(
          "%s was made by another model (%s): search it with that one"
              .formatted(path, record.get().model()));
    }
    float[] query;
    try (var pretrained = Pretrained.load(folder, devices.open())) {
      query = pretrained.embedTexts(List.of(text))[0];
    }
    var items = new ArrayList<ContactSheet.Item>();
    var hits = new EmbeddingFolder(path).nearest(query, top);
    for (var hit : hits.best()) {
      String score = String.format(Locale.ROOT, "%.3f", hit.score());
      System.out.println(score + "  " + hit.picture());
      try {
        items.add(new ContactSheet.Item(thumbnail(Path.of(hit.picture())), hit.picture(), score));
      } catch (InputException e) {
        LOG.warn("not on the sheet: {}", e.getMessage()); // moved since it was embedded
      }
    }
    ContactSheet.write(out, text, items);
    Terminal.line("sheet", "%s (%,d pictures searched)", out, hits.searched());
  }

  private Path besideTheModel() {
    if (!model.isFolder()) {
      throw new InputException("name a folder of pictures with --images");
    }
    return model.folder().toAbsolutePath().normalize().resolveSibling("pictures");
  }

  private static float[][] embed(Pretrained model, List<Path> files, List<Path> readable) {
    var vectors = new ArrayList<float[]>();
    try (var bar = new Terminal.Bar("embedding")) {
      for (int from = 0; from < files.size(); from += CHUNK) {
        var chunk = new ArrayList<Pixels>();
        for (Path file : files.subList(from, Math.min(files.size(), from + CHUNK))) {
          try {
            chunk.add(ImageDecoder.read(file));
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
    Pixels picture = ImageDecoder.read(file);
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
