package io.vlm4j.io.hub;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubSettingsTest {
  @TempDir Path home;

  @Test
  void withoutVariablesItIsThePublicHubAndTheUsualCache() {
    HubSettings settings = HubSettings.of(Map.of(), home);

    assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
    assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
    assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void theMostSpecialVariableNamesTheCache() {
    assertThat(cache(Map.of("XDG_CACHE_HOME", "/x"))).isEqualTo("/x/huggingface/hub");
    assertThat(cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h"))).isEqualTo("/h/hub");
    assertThat(cache(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old"))).isEqualTo("/old");
    assertThat(
            cache(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/old", "HF_HUB_CACHE", "/c")))
        .isEqualTo("/c");
    assertThat(cache(Map.of("HF_HUB_CACHE", ""))).isEqualTo(home + "/.cache/huggingface/hub");
  }

  @Test
  void homeAndVariablesInPathsAreExpanded() {
    assertThat(cache(Map.of("HF_HUB_CACHE", "~/hub"))).isEqualTo(home + "/hub");
    assertThat(cache(Map.of("HF_HOME", "$BIG/${WHO}", "BIG", "/big", "WHO", "me")))
        .isEqualTo("/big/me/hub");
  }

  private String cache(Map<String, String> variables) {
    return HubSettings.of(variables, home).cache().toString();
  }

  @Test
  void theTokenIsThatOfTheEnvironmentOrOfTheFileThatTheLoginWrites() throws IOException {
    Files.createDirectories(home.resolve(".cache/huggingface"));
    Files.writeString(home.resolve(".cache/huggingface/token"), "hf_login\n");
    Path other = Files.writeString(home.resolve("other"), "hf_other");

    assertThat(HubSettings.of(Map.of(), home).token()).contains("hf_login");
    assertThat(HubSettings.of(Map.of("HF_TOKEN_PATH", other.toString()), home).token())
        .contains("hf_other");
    assertThat(HubSettings.of(Map.of("HF_TOKEN", " hf_set "), home).token()).contains("hf_set");
    assertThat(HubSettings.of(Map.of("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), home).token())
        .isEmpty();
  }

  @Test
  void theTokenIsNotPrinted() {
    assertThat(HubSettings.of(Map.of("HF_TOKEN", "hf_secret"), home).toString())
        .contains("a token")
        .doesNotContain("hf_secret");
  }

  @ParameterizedTest
  @CsvSource({
    "HF_HUB_OFFLINE, 1, true",
    "HF_HUB_OFFLINE, true, true",
    "HF_HUB_OFFLINE, Yes, true",
    "HF_HUB_OFFLINE, 0, false",
    "TRANSFORMERS_OFFLINE, on, true"
  })
  void offlineIsWhatPythonTakesForTrue(String name, String value, boolean offline) {
    assertThat(HubSettings.of(Map.of(name, value), home).offline()).isEqualTo(offline);
  }

  @Test
  void theEndpointMayBeAMirror() {
    assertThat(
            HubSettings.of(Map.of("HF_ENDPOINT", "https://mirror.example/hf//"), home).endpoint())
        .isEqualTo(URI.create("https://mirror.example/hf"));
  }

  @ParameterizedTest
  @CsvSource({
    "HF_ENDPOINT, mirror.example, is no address of a hub",
    "HF_ENDPOINT, ftp://mirror.example, is no address of a hub",
    "HF_ENDPOINT, https://a b, which is no address",
    "HF_HUB_DOWNLOAD_TIMEOUT, soon, expected a number of seconds",
    "HF_HUB_DOWNLOAD_TIMEOUT, 0, expected a number of seconds",
    "HF_TOKEN, hf_a b, the token has characters"
  })
  void whatMakesNoSenseIsRefused(String name, String value, String told) {
    assertRefused(() -> HubSettings.of(Map.of(name, value), home), told);
  }

  @Test
  void theTimeoutIsInSeconds() {
    assertThat(HubSettings.of(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "2.5"), home).timeout())
        .isEqualTo(Duration.ofMillis(2500));
  }
}
