package io.vlm4j.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.data.Part.Text;
import io.vlm4j.data.Sample;
import io.vlm4j.data.Source;
import io.vlm4j.data.sink.WebDatasetSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeTarIT {
  @TempDir Path folder;

  @Test
  void aHundredThousandSamplesInOneTarAreAtHandByPosition() throws IOException {
    int count = 100_000;
    var samples =
        IntStream.range(0, count)
            .mapToObj(
                i -> new Sample("%06d".formatted(i), "here", List.of(new Text("t" + i)), Map.of()));
    new WebDatasetSink(folder).write(0, samples.iterator());

    Source source = Sources.open(folder.resolve("00000.tar").toString(), Columns.USUAL);

    assertThat(source.size()).isEqualTo(count);
    List<Sample> all = source.shards().getFirst().open();
    for (int i : new int[] {count - 1, 0, 54_321}) {
      assertThat(all.get(i).key()).isEqualTo("%06d".formatted(i));
      assertThat(all.get(i).text()).isEqualTo("t" + i);
    }
  }
}
