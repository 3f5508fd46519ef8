package io.vlm4j.data.summary;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Shard;
import io.vlm4j.data.Source;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.testing.Pictures;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DataSummaryTest {
  private static final byte[] RED = ImageEncoder.png(Pictures.plain(4, 3, 0xff0000));
  private static final byte[] BLUE = ImageEncoder.png(Pictures.plain(300, 600, 0x0000ff));
  private static final byte[] CUT = Arrays.copyOf(BLUE, BLUE.length / 2);

  private static Sample sample(String key, byte[] picture, String text) {
    return Sample.pair(
        key,
        "test:" + key,
        Picture.encoded(key + ".png", () -> picture),
        List.of(text),
        Map.of("width", 4L, "key", key));
  }

  private static DataSummary summary(DataSummary.Options options, Sample... samples) {
    return DataSummary.of(Source.of(Shard.of("test", List.of(samples))), options, (_, _) -> {});
  }

  @Test
  void everythingIsCounted() {
    var summary =
        summary(
            DataSummary.Options.ALL,
            sample("a", RED, "a red rectangle on its own"),
            sample("b", BLUE, "A blue rectangle, tall"),
            sample("c", RED, "a red rectangle on its own"),
            sample("d", CUT, "cut"),
            sample("e", RED, " "));

    assertThat(summary.samples()).isEqualTo(5);
    assertThat(summary.broken()).containsOnlyKeys("test:d");
    assertThat(summary.parts()).containsExactly(new Count("picture", 4), new Count("text", 4));
    assertThat(summary.pictures().formats()).containsExactly(new Count("PNG", 4));
    assertThat(summary.pictures().width().quantile(1)).isEqualTo(300);
    assertThat(summary.pictures().aspect().quantile(0)).isEqualTo(0.5);
    assertThat(summary.pictures().repeated()).isEqualTo(new Repeats(2, true));
    assertThat(summary.texts().repeated()).isEqualTo(new Repeats(1, true));
    assertThat(summary.texts().empty()).isEqualTo(1);
    assertThat(summary.texts().words().quantile(1)).isEqualTo(6);
    assertThat(summary.texts().frequent())
        .startsWith(new Count("a", 3), new Count("rectangle", 3), new Count("its", 2));
    assertThat(summary.metadata())
        .containsExactly(
            new DataSummary.Entry("key", 4, List.of("a", "b", "c")),
            new DataSummary.Entry("width", 4, List.of("4")));
    assertThat(summary.shown())
        .extracting(DataSummary.Shown::note)
        .containsExactly("4 × 3", "300 × 600", "4 × 3", "4 × 3");
  }

  @Test
  void picturesNeedNotBeDecoded() {
    var summary =
        summary(
            new DataSummary.Options(false, 2, 0, 0),
            sample("a", CUT, "x"),
            sample("b", RED, "y"),
            sample("c", RED, "z"));

    assertThat(summary.samples()).isEqualTo(2);
    assertThat(summary.broken()).isEmpty();
    assertThat(summary.pictures().count()).isEqualTo(2);
    assertThat(summary.pictures().width().count()).isZero();
  }

  @Test
  void turnsAndQuestionsAreTextsToo() {
    var summary =
        summary(
            DataSummary.Options.ALL,
            new Sample(
                "a",
                "a",
                List.of(
                    Part.Turn.of("user", "what is it?"), Part.Question.open("why?", List.of("so"))),
                Map.of()));

    assertThat(summary.texts().count()).isEqualTo(2);
    assertThat(summary.parts()).containsExactly(new Count("question", 1), new Count("turn", 1));
    assertThat(summary.shown().getFirst().png()).isNull();
    assertThat(summary.shown().getFirst().text()).isEqualTo("what is it? · why?");
  }

  @Test
  void theSameSeedShowsTheSameSamples() {
    Sample[] samples =
        IntStream.range(0, 200).mapToObj(i -> sample("k" + i, RED, "t" + i)).toArray(Sample[]::new);
    var options = new DataSummary.Options(true, 1000, 5, 3);

    List<DataSummary.Shown> shown = summary(options, samples).shown();

    assertThat(shown).hasSize(5).isEqualTo(summary(options, samples).shown());
    assertThat(summary(new DataSummary.Options(true, 1000, 5, 4), samples).shown())
        .isNotEqualTo(shown);
    assertThat(shown).allMatch(item -> Objects.requireNonNull(item.png()).length > 0);
  }

  @Test
  void languagesAreNamed() {
    assertThat(
            Languages.of(
                List.of(
                    "two dogs play in the snow",
                    "A man riding a wave on top of a surfboard.",
                    "un chat noir sur un canapé",
                    "red")))
        .containsExactly(
            new Count("English", 2), new Count("French", 1), new Count(Languages.TOO_SHORT, 1));
  }
}
