package io.vlm4j.data.download;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilentHostsTest {
  private long now = Long.MAX_VALUE - 3; // a clock may pass its end
  private final SilentHosts hosts = new SilentHosts(3, Duration.ofNanos(10), () -> now);

  private void assertAsked(String host) {
    assertThatCode(() -> hosts.check(host)).doesNotThrowAnyException();
  }

  private void assertLeftAlone(String host) {
    assertThatThrownBy(() -> hosts.check(host))
        .isInstanceOf(DownloadFailure.class)
        .hasMessage("host does not answer");
  }

  private void keepSilent(String host, int times) {
    for (int i = 0; i < times; i++) {
      hosts.keptSilent(host);
    }
  }

  @Test
  void aHostIsLeftAloneAfterManySilencesInARow() {
    keepSilent("a", 2);
    assertAsked("a");

    keepSilent("a", 1);

    assertLeftAlone("a");
    assertAsked("b");
  }

  @Test
  void anAnswerForgivesWhatWasBefore() {
    keepSilent("a", 2);
    hosts.answered("a");
    keepSilent("a", 2);

    assertAsked("a");
  }

  @Test
  void itIsAskedAgainAfterAWhileAndOneMoreSilenceIsEnough() {
    keepSilent("a", 3);
    now += 10;
    assertAsked("a");

    keepSilent("a", 1);
    assertLeftAlone("a");

    now += 10;
    hosts.answered("a");
    keepSilent("a", 2);
    assertAsked("a");
  }
}
