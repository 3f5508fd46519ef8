package io.vlm4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.data.summary.DataSummary;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.testing.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPageTest {
  private static final String BAD = "<script>alert('&')</script>";

  @TempDir Path folder;

  private String write(Sample... samples) throws IOException {
    var source = new Source(BAD, List.of(Shard.of("test", List.of(samples))));
    Path file = folder.resolve("page.html");
    DataPage.write(file, DataSummary.of(source, DataSummary.Options.ALL, (_, _) -> {}));
    return Files.readString(file);
  }

  private static Sample sample(String key, byte[] picture) {
    return Sample.pair(
        key, key, Picture.encoded(key, () -> picture), List.of("a red square"), Map.of(BAD, BAD));
  }

  @Test
  void aPageShowsWhatIsThereAndWhatIsBroken() throws IOException {
    byte[] png = ImageEncoder.png(Pictures.plain(40, 30, 0xff0000));

    String page = write(sample("a", png), sample("b", new byte[] {1}));

    assertThat(page)
        .contains("2 samples with 1 picture and 1 text", "1 broken", "40 × 30", "a red square")
        .contains("&quot;edges&quot;:[40.0,41.0],&quot;counts&quot;:[1]", "uPlot=function")
        .contains("not a picture in a known format")
        .contains("default-src 'none'")
        .doesNotContain(BAD);
  }

  @Test
  void aDataSetWithoutPicturesHasAPageToo() throws IOException {
    String page = write(new Sample("a", "a", List.of(new Part.Text("words")), Map.of()));

    assertThat(page)
        .contains("1 sample with 0 pictures and 1 text", "none of them broken", "Words in a text")
        .doesNotContain("<figcaption>Width", "id=\"broken\"", "id=\"metadata\"");
  }
}
