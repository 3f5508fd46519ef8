package io.vlm4j.data.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.SkippedSamples;
import io.vlm4j.data.Source;
import io.vlm4j.data.source.ClipBenchmarkFolder;
import io.vlm4j.data.source.Columns;
import io.vlm4j.data.source.Sources;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.Pixels;
import io.vlm4j.io.InputException;
import io.vlm4j.testing.Pictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipBenchmarkSinkTest {
  private static final Pixels RED = Pictures.plain(4, 3, 0xff0000);

  @TempDir Path folder;

  private static Sample sample(String key, Map<String, Object> metadata, String... texts) {
    byte[] png = ImageEncoder.png(RED);
    return Sample.pair(key, key, Picture.encoded(key, () -> png), List.of(texts), metadata);
  }

  private List<Sample> read() {
    return Sources.open(folder.resolve("test").toString(), Columns.USUAL).stream(
            new SkippedSamples())
        .toList();
  }

  @Test
  void aSetForRetrievalKeepsPicturesAndCaptions() {
    var sink = ClipBenchmarkSink.retrieval(folder);
    sink.write(0, List.of(sample("a", Map.of(), "one", "two\nlines", " ")).iterator());
    sink.write(1, List.of(sample("b/c.d", Map.of("lost", 1L), "three")).iterator());
    sink.finish();

    List<Sample> found = read();

    assertThat(found).extracting(Sample::key).containsExactly("a", "b/c_d");
    assertThat(found)
        .extracting(Sample::texts)
        .containsExactly(List.of("one", "two lines"), List.of("three"));
    assertThat(found.getFirst().picture().pixels()).isEqualTo(RED);
    assertThat(ClipBenchmarkFolder.read(folder))
        .isEqualTo(new ClipBenchmarkFolder(List.of(), List.of()));
    assertThat(folder.resolve("dataset_type.txt")).hasContent("retrieval");
    assertThat(folder.resolve("test/nshards.txt")).hasContent("2");
    assertThat(folder.resolve("test/0.tar")).exists();
    assertThat(folder.resolve("test/1.tar")).exists();
  }

  @Test
  void aSetForClassificationKeepsNumbersAndNamesOfClasses() {
    var samples =
        List.of(
            sample("a", Map.of("class", "cat")),
            sample("b", Map.of("class", "ant")),
            sample("c", Map.of("class", "cat")));
    var source = Source.of(Shard.of("test", samples));
    var names = ClipBenchmarkFolder.of(source, "class", new SkippedSamples());
    var sink = ClipBenchmarkSink.classification(folder, names, "class");
    sink.write(0, samples.iterator());
    sink.finish();

    assertThat(read()).extracting(s -> s.metadata().get("cls")).containsExactly(1L, 0L, 1L);
    assertThat(ClipBenchmarkFolder.read(folder))
        .isEqualTo(new ClipBenchmarkFolder(List.of("ant", "cat"), List.of("a photo of a {c}.")));
    assertThat(folder.resolve("dataset_type.txt")).hasContent("classification");

    Path copy = folder.resolve("copy"); // numbers stay what they are
    var second = ClipBenchmarkSink.classification(copy, ClipBenchmarkFolder.read(folder), "cls");
    second.write(0, read().iterator());
    second.finish();
    assertThat(copy.resolve("test/0.tar")).hasSameBinaryContentAs(folder.resolve("test/0.tar"));
  }

  @Test
  void classesThatAreNumbersAreInTheirOrder() {
    var samples = List.of("10", "9", "100").stream().map(c -> sample(c, Map.of("c", c))).toList();

    assertThat(
            ClipBenchmarkFolder.of(Source.of(Shard.of("test", samples)), "c", new SkippedSamples())
                .classNames())
        .containsExactly("9", "10", "100");
  }

  @Test
  void aPictureInAnotherFormatBecomesAPng() throws IOException {
    var gif = new ByteArrayOutputStream();
    ImageIO.write(RED.toBufferedImage(), "gif", gif);
    var picture = Picture.encoded("a.gif", gif::toByteArray);
    var sink = ClipBenchmarkSink.retrieval(folder);
    sink.write(0, List.of(Sample.pair("a", "a", picture, List.of("red"), Map.of())).iterator());

    Picture found = read().getFirst().picture();
    assertThat(ImageFormat.of(found.bytes())).isEqualTo(ImageFormat.PNG);
    assertThat(found.pixels()).isEqualTo(RED);
  }

  @Test
  void aSampleThatDoesNotFitIsRefusedByItself() {
    var retrieval = ClipBenchmarkSink.retrieval(folder);
    var classes =
        ClipBenchmarkSink.classification(
            folder, new ClipBenchmarkFolder(List.of("cat"), List.of()), "class");

    assertThatThrownBy(() -> retrieval.member(sample("a", Map.of(), " ")))
        .isInstanceOf(InputException.class)
        .hasMessage("a: the sample has no caption");
    assertThatThrownBy(() -> classes.member(sample("a", Map.of("kind", "cat"))))
        .hasMessage("a: no 'class' in its metadata [kind]");
    assertThatThrownBy(() -> classes.member(sample("a", Map.of("class", "dog"))))
        .hasMessage("a: 'dog' is none of the 1 classes");
    assertThatThrownBy(() -> classes.member(sample("a", Map.of("class", 1L))))
        .hasMessage("a: '1' is none of the 1 classes");
  }
}
