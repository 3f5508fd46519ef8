package io.vlm4j.data.records;

import io.vlm4j.data.Source;
import io.vlm4j.io.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The annotation layouts by name. */
public final class RecordFormats {
  /**
   * A layout.
   *
   * @param name for a command line
   * @param description on one line
   * @param files what its files are, in order; one that ends with {@code ?} may be left out
   */
  public record Format(String name, String description, List<String> files, Reader reader) {
    /**
     * Its samples. Files are read when samples are asked for.
     *
     * @param given the files, in the order of {@link #files}
     * @param images the folder of pictures; of no use to layouts that hold theirs
     * @throws InputException if there are too few files or too many
     */
    public Source open(List<Path> given, Path images) {
      long needed = files.stream().filter(file -> !file.endsWith("?")).count();
      if (given.size() < needed || given.size() > files.size()) {
        throw new InputException(
            "'%s' takes the files %s; %d are given".formatted(name, files, given.size()));
      }
      return reader.read(given, images);
    }
  }

  /** Reads a layout. */
  @FunctionalInterface
  public interface Reader {
    /** The samples of files whose number is right. */
    Source read(List<Path> files, Path images);
  }

  private static final List<Format> ALL =
      List.of(
          one("coco-captions", "COCO captions: pictures with captions", CocoCaptions::read),
          one("coco-instances", "COCO instances: pictures with objects", CocoInstances::read),
          karpathy("karpathy", "all splits", Set.of()),
          karpathy("karpathy-train", "train and restval", Set.of("train")),
          karpathy("karpathy-val", "val", Set.of("val")),
          karpathy("karpathy-test", "test", Set.of("test")),
          one(
              "visual-genome-regions",
              "Visual Genome: pictures with described regions",
              VisualGenomeRegions::read),
          new Format(
              "image-paragraphs",
              "Image Paragraph Captioning: pictures with a paragraph",
              List.of("paragraphs", "split?"),
              (files, images) -> ImageParagraphs.read(files.getFirst(), images, second(files))),
          one("llava", "LLaVA conversations about pictures", LlavaConversations::read),
          one("trl-preferences", "TRL preferences: chosen and rejected", TrlPreferences::read),
          one("obelics", "OBELICS: interleaved documents", ObelicsDocuments::read),
          one("mmc4", "Multimodal C4: interleaved documents", Mmc4Documents::read),
          new Format(
              "html",
              "HTML pages: texts and pictures in their order",
              List.of("folder or archive"),
              (files, _) -> HtmlPages.read(files.getFirst())),
          vqa("vqa-v2", "VQA v2: open questions"),
          vqa("ok-vqa", "OK-VQA: questions that need knowledge"),
          one("a-okvqa", "A-OKVQA: questions with choices and rationales", AokvqaQuestions::read),
          one("text-vqa", "TextVQA: questions about texts in pictures", TextVqaQuestions::read),
          one("doc-vqa", "DocVQA: questions about pages", DocVqaQuestions::read),
          new Format(
              "visdial",
              "Visual Dialog v1.0: ten questions a picture",
              List.of("dialogs", "dense annotations?"),
              (files, images) -> VisualDialogs.read(files.getFirst(), second(files), images)),
          one("vsr", "Visual Spatial Reasoning: true and false statements", SpatialReasoning::read),
          one("winoground", "Winoground: two pictures, two captions", WinogroundExamples::read),
          one("aro", "ARO relation or attribution: two captions", AroChoices::read),
          one("aro-order", "ARO order: a caption and shuffled ones", AroChoices::readOrders),
          one("sugarcrepe", "SugarCrepe: a caption and a hard negative", SugarCrepeChoices::read),
          one("pope", "POPE: is there such an object", PopeQuestions::read),
          one("vpeval", "VPEval: pictures with texts and visual programs", VisualPrograms::read),
          one("red-team", "prompts of red teaming (of this project)", RedTeamPrompts::read),
          new Format(
              "dci",
              "Densely Captioned Images: captions and a tree of regions",
              List.of("folder of annotations"),
              (files, images) -> DenseCaptions.read(files.getFirst(), images)),
          one("magicbrush-turns", "MagicBrush: single edits", MagicBrushEdits::readTurns),
          one("magicbrush-sessions", "MagicBrush: series of edits", MagicBrushEdits::readSessions),
          video("msvd-qa", "MSVD-QA: open questions about videos", "vid"),
          video("msrvtt-qa", "MSRVTT-QA: open questions about videos", "video"),
          new Format(
              "activitynet-qa",
              "ActivityNet-QA: open questions about videos",
              List.of("questions", "answers?"),
              (files, videos) ->
                  VideoQuestions.readActivityNet(files.getFirst(), second(files), videos)),
          one("tgif-qa", "TGIF-QA: choices, counts, open questions", TgifQuestions::read),
          new Format(
              "egoschema",
              "EgoSchema: five choices about long videos",
              List.of("questions", "answers?"),
              (files, videos) -> EgoSchemaQuestions.read(files.getFirst(), second(files), videos)),
          new Format(
              "clips",
              "clips: animated files, or folders of numbered frames, one a second",
              List.of("folder of clips"),
              (files, _) -> ClipFolders.read(files.getFirst(), 1)));

  private RecordFormats() {}

  /** All layouts. */
  public static List<Format> all() {
    return ALL;
  }

  /**
   * A layout by its name.
   *
   * @throws InputException if there is none; it names those that there are
   */
  public static Format named(String name) {
    return ALL.stream()
        .filter(format -> format.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "no record format '%s'; there are %s"
                    .formatted(name, ALL.stream().map(Format::name).toList())));
  }

  @FunctionalInterface
  private interface OneFile {
    Source read(Path file, Path images);
  }

  private static Format one(String name, String description, OneFile reader) {
    return new Format(
        name,
        description,
        List.of("annotations"),
        (files, images) -> reader.read(files.getFirst(), images));
  }

  private static Format karpathy(String name, String splits, Set<String> chosen) {
    return one(
        name,
        "Karpathy's splits of COCO or Flickr: " + splits,
        (file, images) -> KarpathySplits.read(file, images, chosen));
  }

  private static Format vqa(String name, String description) {
    return new Format(
        name,
        description,
        List.of("questions", "annotations?"),
        (files, images) -> VqaQuestions.read(files.getFirst(), second(files), images));
  }

  private static Format video(String name, String description, String prefix) {
    return one(name, description, (file, videos) -> VideoQuestions.readMs(file, videos, prefix));
  }

  private static @Nullable Path second(List<Path> files) {
    return files.size() > 1 ? files.get(1) : null;
  }
}
