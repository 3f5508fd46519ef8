package io.vlm4j.data.records;

import static io.vlm4j.data.records.Layouts.complaints;
import static io.vlm4j.data.records.Layouts.number;
import static io.vlm4j.data.records.Layouts.parts;
import static io.vlm4j.data.records.Layouts.pictures;
import static io.vlm4j.data.records.Layouts.sample;
import static io.vlm4j.data.records.Layouts.samples;
import static io.vlm4j.data.records.Layouts.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Part;
import io.vlm4j.data.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layouts of pictures with captions, objects, regions or paragraphs. */
class CaptionRecordsTest {
  private static final String CAPTIONS =
      """
      {"info": {"year": 2017}, "licenses": [{"id": 4}],
       "images": [
        {"license": 4, "file_name": "000000397133.jpg",
         "coco_url": "http://images.cocodataset.org/val2017/000000397133.jpg",
         "height": 427, "width": 640, "id": 397133},
        {"license": 1, "file_name": "000000037777.jpg", "height": 230, "width": 352, "id": 37777}],
       "annotations": [
        {"image_id": 37777, "id": 7, "caption": "A kitchen."},
        {"image_id": 397133, "id": 8, "caption": "A man at an oven."},
        {"image_id": 37777, "id": 9, "caption": "A room with \\"fruit\\"."}]}
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "val2017/"})
  void cocoGivesEachPictureItsCaptions(String split) throws IOException {
    Path file = write(folder.resolve("captions_val2017.json"), CAPTIONS);
    pictures(folder, split + "000000397133.jpg", split + "000000037777.jpg");

    List<Sample> samples = samples(CocoCaptions.read(file, folder));

    assertThat(samples).extracting(Sample::key).containsExactly("397133", "37777");
    assertThat(samples)
        .extracting(Sample::origin)
        .containsExactly(file + ": images[0]", file + ": images[1]");
    assertThat(parts(samples.getFirst())).containsExactly("picture 1", "A man at an oven.");
    assertThat(parts(samples.getLast()))
        .containsExactly("picture 2", "A kitchen.", "A room with \"fruit\".");
    assertThat(samples.getLast().metadata())
        .isEqualTo(
            Map.of("license", 1L, "height", 230L, "width", 352L, "caption_ids", List.of("7", "9")));
  }

  @Test
  void aCaptionWithoutTextSpoilsItsPictureOnly() throws IOException {
    Path file =
        write(
            folder.resolve("c.json"), CAPTIONS.replace("\"caption\": \"A kitchen.\"", "\"x\": 1"));

    var source = CocoCaptions.read(file, folder);

    assertThat(source.size()).isEqualTo(2);
    assertThat(complaints(source))
        .containsExactly(
            file + ": images[1]: 'annotations[0].caption' is missing, expected a text");
  }

  @Test
  void cocoInstancesAreRegionsWithTheirCategory() throws IOException {
    Path file =
        write(
            folder.resolve("instances.json"),
            """
            {"images": [{"file_name": "1.jpg", "id": 1, "width": 640}],
             "annotations": [
              {"segmentation": [[510.66, 423.01, 511.72]], "area": 702.1, "iscrowd": 0,
               "image_id": 1, "bbox": [473.07, 395.93, 38.65, 28.67], "category_id": 18, "id": 1768},
              {"segmentation": {"counts": [272, 2], "size": [240, 320]}, "area": 9, "iscrowd": 1,
               "image_id": 1, "bbox": [0, 1, 2, 3], "category_id": 1, "id": 9}],
             "categories": [
              {"supercategory": "person", "id": 1, "name": "person"},
              {"supercategory": "animal", "id": 18, "name": "dog"}]}
            """);
    pictures(folder, "1.jpg");

    Sample sample = sample(CocoInstances.read(file, folder));

    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Part.Region.class))
        .containsExactly(
            new Part.Region(new Part.Box(473.07, 395.93, 38.65, 28.67), List.of(), "dog"),
            new Part.Region(new Part.Box(0, 1, 2, 3), List.of(), "person"));
    assertThat(sample.metadata())
        .containsEntry("width", 640L)
        .containsEntry(
            "annotations",
            List.of(
                Map.of(
                    "segmentation", List.of(List.of(510.66, 423.01, 511.72)),
                    "area", 702.1,
                    "iscrowd", 0L,
                    "image_id", 1L,
                    "id", 1768L),
                Map.of(
                    "segmentation",
                        Map.of("counts", List.of(272L, 2L), "size", List.of(240L, 320L)),
                    "area", 9L,
                    "iscrowd", 1L,
                    "image_id", 1L,
                    "id", 9L)));
  }

  @Test
  void anObjectOfNoCategorySpoilsItsPictureOnly() throws IOException {
    Path file =
        write(
            folder.resolve("instances.json"),
            """
            {"images": [{"file_name": "1.jpg", "id": 1}, {"file_name": "2.jpg", "id": 2}],
             "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4], "category_id": 5},
                             {"image_id": 2, "bbox": [1, 2, 3], "category_id": 1}],
             "categories": [{"id": 1, "name": "person"}]}
            """);

    assertThat(complaints(CocoInstances.read(file, folder)))
        .containsExactly(
            file + ": images[0]: there is no category 5",
            file + ": images[1]: 'annotations[1].bbox' is something else, expected 4 numbers");
  }

  @ParameterizedTest
  @CsvSource({"'', a b c d", "train, a c", "val, b", "'train test', a c d"})
  void karpathyCountsTheRestOfValidationAsTraining(String splits, String expected)
      throws IOException {
    Path file =
        write(
            folder.resolve("dataset_coco.json"),
            """
            {"images": [
              {"filepath": "train2014", "sentids": [1, 2], "filename": "a.jpg", "imgid": 0,
               "split": "train", "sentences": [{"tokens": ["a"], "raw": "a", "imgid": 0, "sentid": 1},
               {"tokens": ["second"], "raw": "second.", "imgid": 0, "sentid": 2}], "cocoid": 9},
              {"filename": "b.jpg", "imgid": 1, "split": "val", "sentences": [{"raw": "b"}]},
              {"filename": "c.jpg", "imgid": 2, "split": "restval", "sentences": [{"raw": "c"}]},
              {"filename": "d.jpg", "imgid": 3, "split": "test", "sentences": [{"raw": "d"}]}],
             "dataset": "coco"}
            """);
    pictures(folder, "train2014/a.jpg");
    Set<String> chosen = splits.isEmpty() ? Set.of() : Set.of(splits.split(" "));

    List<Sample> samples = samples(KarpathySplits.read(file, folder, chosen));

    assertThat(samples).extracting(Sample::text).containsExactly(expected.split(" "));
    assertThat(samples)
        .filteredOn(sample -> sample.key().equals("0"))
        .allSatisfy(sample -> {
          assertThat(parts(sample)).containsExactly("picture 1", "a", "second.");
          assertThat(sample.metadata())
              .isEqualTo(Map.of("sentids", List.of(1L, 2L), "split", "train", "cocoid", 9L));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "VG_100K/", "VG_100K_2/"})
  void visualGenomesRegionsHaveAPhraseEach(String part) throws IOException {
    Path file =
        write(
            folder.resolve("region_descriptions.json"),
            """
            [{"regions": [{"region_id": 1382, "width": 82, "height": 139, "image_id": 1,
                           "phrase": "the clock is green in colour", "y": 57, "x": 421}],
              "id": 1}]
            """);
    pictures(folder, part + "1.jpg");

    Sample sample = sample(VisualGenomeRegions.read(file, folder));

    assertThat(sample.key()).isEqualTo("1");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Part.Region.class))
        .containsExactly(
            new Part.Region(
                new Part.Box(421, 57, 82, 139), List.of("the clock is green in colour"), ""));
    assertThat(sample.metadata())
        .isEqualTo(Map.of("regions", List.of(Map.of("region_id", 1382L, "image_id", 1L))));
  }

  @Test
  void paragraphsAreChosenByTheIdsOfASplit() throws IOException {
    Path file =
        write(
            folder.resolve("paragraphs_v1.json"),
            """
            [{"url": "https://cs.stanford.edu/people/rak248/VG_100K/2356347.jpg",
              "image_id": 2356347, "paragraph": "A large building with bars."},
             {"url": "https://cs.stanford.edu/people/rak248/VG_100K/2317429.jpg",
              "image_id": 2317429, "paragraph": "A white round plate."}]
            """);
    Path split = write(folder.resolve("test_split.json"), "[2317429, 5]");
    pictures(folder, "VG_100K/2317429.jpg");

    Sample sample = sample(ImageParagraphs.read(file, folder, split));

    assertThat(sample.key()).isEqualTo("2317429-1");
    assertThat(parts(sample)).containsExactly("picture 1", "A white round plate.");
    assertThat(sample.label("url")).endsWith("VG_100K/2317429.jpg");
    assertThat(ImageParagraphs.read(file, folder, null).size()).isEqualTo(2);
  }

  @Test
  void denselyCaptionedPicturesHaveATreeOfMasks() throws IOException {
    write(
        folder.resolve("annotations/a.json"),
        """
        {"short_caption": "A street.", "extra_caption": "It rains.", "image": "sa_1.jpg",
         "mask_data": {
          "0": {"idx": 0, "outer_mask": "iVBORw0KGgo=", "label": "a car", "caption": "It is red.",
                "parent": -1, "requirements": [3], "area": 12, "mask_quality": 0,
                "bounds": {"topLeft": {"x": 10, "y": 20}, "bottomRight": {"x": 110, "y": 70}}},
          "3": {"idx": 3, "outer_mask": "", "label": "", "caption": "", "parent": 0,
                "requirements": [], "area": 1, "mask_quality": 2,
                "bounds": {"topLeft": {"x": 0, "y": 0}, "bottomRight": {"x": 1, "y": 1}}}},
         "mask_keys": ["0", "3"], "summaries": {"base": "A wet street."},
         "negatives": {"base": {"swaps": ["A wet car."]}}}
        """);
    write(folder.resolve("annotations/b.json"), "{\"image\": \"sa_2.jpg\"}");
    pictures(folder, "photos/sa_1.jpg");

    var source = DenseCaptions.read(folder.resolve("annotations"), folder.resolve("photos"));
    Sample sample = source.shards().getFirst().open().getFirst();

    assertThat(sample.key()).isEqualTo("a");
    assertThat(sample.texts()).containsExactly("A street.", "It rains.");
    assertThat(number(sample.picture())).isEqualTo(1);
    assertThat(sample.all(Part.Region.class))
        .containsExactly(
            new Part.Region(new Part.Box(10, 20, 100, 50), List.of("It is red."), "a car"),
            new Part.Region(new Part.Box(0, 0, 1, 1), List.of(), ""));
    assertThat(sample.metadata()).containsKeys("summaries", "negatives", "mask_keys");
    assertThat(sample.metadata().get("masks").toString())
        .contains("outer_mask=iVBORw0KGgo=", "requirements=[3]", "mask_quality=2", "parent=0");
    assertThat(complaints(source))
        .containsExactly(
            folder.resolve("annotations/b.json") + ": 'short_caption' is missing, expected a text");
  }
}
