package io.vlm4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vlm4j.data.Sample;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.sink.WebDatasetSink;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import io.vlm4j.testing.Randomness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarShardTest {
  private static final Pixels PICTURE = Pictures.noise(4, 3, 1);
  private static final byte[] PNG = ImageEncoder.png(PICTURE);

  @TempDir Path folder;

  private final SkippedSamples skipped = new SkippedSamples();

  @Test
  void img2datasetsShardsAreRead() throws IOException {
    tar(
        "00000.tar",
        members(
            "000000000.jpg",
            PNG,
            "000000000.json",
            "{\"url\": \"u\", \"width\": 4}",
            "000000000.txt",
            "a cat",
            "000000001.jpg",
            PNG,
            "000000001.txt",
            "a dog"));
    Files.writeString(folder.resolve("00000.parquet"), "not looked at");

    List<Sample> samples = read(folder.toString());

    assertThat(samples).extracting(Sample::key).containsExactly("000000000", "000000001");
    assertThat(samples).extracting(Sample::text).containsExactly("a cat", "a dog");
    assertThat(samples.getFirst().picture().pixels()).isEqualTo(PICTURE);
    assertThat(samples.getFirst().metadata())
        .containsExactly(Map.entry("url", "u"), Map.entry("width", 4L));
  }

  @Test
  void theKindIsWhatFollowsTheFirstDotOfTheName() throws IOException {
    tar(
        "a.tar",
        members(
            "./v1.5/x.seg.png",
            PNG,
            "./v1.5/x.txt",
            "x",
            "v1.5/y.input.jpg",
            PNG,
            "nodot",
            "-",
            "__len__",
            "2"));

    List<Sample> samples = read("a.tar");

    assertThat(samples).extracting(Sample::key).containsExactly("./v1.5/x", "v1.5/y");
    assertThat(samples.getFirst().pictures()).hasSize(1);
  }

  @Test
  void clipBenchmarksLayoutsAreRead() throws IOException {
    Path shards = Files.createDirectories(folder.resolve("set/test"));
    Files.writeString(shards.resolve("nshards.txt"), "1\n");
    tar(
        "set/test/0.tar",
        members("s0.cls", "7\n", "s0.webp", PNG, "s1.txt", "one\ntwo\n", "s1.png", PNG));

    assertThat(read(shards.toString()).getFirst().metadata()).containsEntry("cls", 7L);
    assertThat(read(shards.toString()).get(1).texts()).containsExactly("one\ntwo\n");

    Files.writeString(folder.resolve("set/dataset_type.txt"), "retrieval");
    assertThat(read(shards.toString()).get(1).texts()).containsExactly("one", "two");
  }

  @Test
  void bracesAndColonsNameSeveralShards() throws IOException {
    for (int i = 8; i < 12; i++) {
      tar("%03d.tar".formatted(i), members(i + ".txt", "t"));
    }
    tar("more.tar", members("m.txt", "t"));

    assertThat(read(folder + "/{008..011}.tar::" + folder + "/more.tar"))
        .extracting(Sample::key)
        .containsExactly("8", "9", "10", "11", "m");
    assertThat(read(folder + "/{009,more}.tar")).extracting(Sample::key).containsExactly("9", "m");
    assertThatThrownBy(() -> read("{5..3}.tar"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("runs backwards");
    assertThatThrownBy(() -> read("{0..99999999}.tar"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than 10,000,000 files");
  }

  @Test
  void shardsInAFolderAreOrderedByTheirNumbers() throws IOException {
    for (int i : new int[] {10, 2, 1}) {
      tar(i + ".tar", members(i + ".txt", "t"));
    }

    assertThat(read(folder.toString())).extracting(Sample::key).containsExactly("1", "2", "10");
  }

  @Test
  void recordedSizesSaveReadingTheShards() throws IOException {
    Files.writeString(folder.resolve("a.tar"), "never opened");
    Files.writeString(folder.resolve("sizes.json"), "{\"a.tar\": 123}");

    assertThat(Sources.open(folder.toString(), Columns.USUAL).size()).isEqualTo(123);
  }

  @Test
  void aTruncatedTarGivesWhatIsWholeAndNamesTheRest() throws IOException {
    Path tar = tar("a.tar", members("a.txt", "a", "b.txt", "b", "b.jpg", PNG, "c.txt", "c"));
    byte[] bytes = Files.readAllBytes(tar);
    long seed = Randomness.ofTest().nextLong();
    var random = new Random(seed);

    for (int i = 0; i < 200; i++) {
      int length = random.nextInt(1, 4 * 1024);
      Files.write(tar, Arrays.copyOf(bytes, length));
      var cut = new SkippedSamples();
      List<Sample> samples = Sources.open(tar.toString(), Columns.USUAL).stream(cut).toList();
      assertThat(samples)
          .as("%d bytes, seed %d", length, seed)
          .extracting(Sample::key)
          .isSubsetOf("a", "b", "c");
      samples.forEach(Sample::text);
      if (samples.size() < 3) {
        assertThat(cut.causes().toString()).as("%d bytes, seed %d", length, seed).contains("a.tar");
      }
    }
  }

  @Test
  void mutatedTarsNeverCrash() throws IOException {
    Path tar =
        tar("a.tar", members("a.txt", "a", "a.json", "{\"x\": [1]}", "b.jpg", PNG, "c.cls", "5"));
    byte[] bytes = Files.readAllBytes(tar);
    long seed = Randomness.ofTest().nextLong();
    var random = new Random(seed);

    for (int i = 0; i < 2000; i++) {
      byte[] mutated = bytes.clone();
      for (int n = random.nextInt(1, 20); n > 0; n--) {
        // Most changes go where they matter: into the headers.
        int block = random.nextInt(mutated.length / 512) * 512;
        mutated[block + random.nextInt(random.nextBoolean() ? 265 : 512)] = (byte) random.nextInt();
      }
      Files.write(tar, mutated);
      try {
        Sources.open(tar.toString(), Columns.USUAL).stream(new SkippedSamples())
            .forEach(sample -> sample.pictures().forEach(picture -> picture.bytes()));
      } catch (InputException e) {
        assertThat(e.getMessage()).as("mutation %d of seed %d", i, seed).isNotBlank();
      }
    }
  }

  @Test
  void damagedMembersAreNamedAndTheOthersRead() throws IOException {
    tar(
        "a.tar",
        members(
            "a.txt",
            new byte[] {(byte) 0xff},
            "b.json",
            "{",
            "c.cls",
            "seven",
            "d.json",
            "[1]",
            "e.txt",
            "",
            "e.jpg",
            "",
            "f.txt",
            "whole"));

    List<Sample> samples = read("a.tar");

    assertThat(samples).extracting(Sample::key).containsExactly("e", "f");
    assertThat(skipped.causes().values())
        .anyMatch(cause -> cause.endsWith("a.tar/a.txt: not text in UTF-8"))
        .anyMatch(cause -> cause.contains("a.tar/b.json: not valid JSON"))
        .anyMatch(cause -> cause.endsWith("a.tar/c.cls: expected a class number, found 'seven'"))
        .anyMatch(cause -> cause.endsWith("a.tar/d.json: expected a JSON object"))
        .hasSize(4);
    assertThatThrownBy(() -> samples.getFirst().picture().pixels())
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("a.tar/e.jpg: the file is empty");
  }

  @Test
  void aFileThatIsNoTarIsRefused() throws IOException {
    Files.writeString(folder.resolve("a.tar"), "no tar");

    assertThat(read("a.tar")).isEmpty();
    assertThat(skipped.causes().toString()).contains("a.tar");
  }

  @Test
  void plainTarReadsOurs() throws Exception {
    assumeThat(Path.of("/bin/tar")).as("there is no tar here").exists();
    var sample =
        Sample.pair(
            "größe/" + "k".repeat(200),
            "here",
            io.vlm4j.data.Picture.encoded("p", () -> PNG),
            List.of("a cat"),
            Map.of("url", "u"));
    new WebDatasetSink(folder).write(0, List.of(sample).iterator());

    Path out = Files.createDirectories(folder.resolve("out"));
    var process =
        new ProcessBuilder("/bin/tar", "xf", folder.resolve("00000.tar").toString())
            .directory(out.toFile())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
    assertThat(process.waitFor()).isZero();

    try (Stream<Path> files = Files.walk(out)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> out.relativize(file).toString()))
          .containsExactlyInAnyOrder(
              sample.key() + ".png", sample.key() + ".txt", sample.key() + ".json");
    }
    assertThat(out.resolve(sample.key() + ".png")).hasBinaryContent(PNG);
  }

  private List<Sample> read(String place) {
    String path = place.startsWith("/") ? place : folder + "/" + place;
    return Sources.open(path, Columns.USUAL).stream(skipped).toList();
  }

  private Path tar(String name, Map<String, byte[]> members) throws IOException {
    Path file = folder.resolve(name);
    try (var tar = new TarArchiveOutputStream(Files.newOutputStream(file), "UTF-8")) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        var entry = new TarArchiveEntry(member.getKey(), true);
        entry.setSize(member.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(member.getValue());
        tar.closeArchiveEntry();
      }
    }
    return file;
  }

  private static Map<String, byte[]> members(Object... namesAndContents) {
    var members = new LinkedHashMap<String, byte[]>();
    for (int i = 0; i < namesAndContents.length; i += 2) {
      Object content = namesAndContents[i + 1];
      members.put(
          (String) namesAndContents[i],
          content instanceof String text
              ? text.getBytes(StandardCharsets.UTF_8)
              : (byte[]) content);
    }
    return members;
  }
}
