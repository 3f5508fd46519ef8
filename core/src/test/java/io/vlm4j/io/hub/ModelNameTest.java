package io.vlm4j.io.hub;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
  @ParameterizedTest
  @CsvSource({
    "hf:openai/clip-vit-base-patch32, openai/clip-vit-base-patch32, main",
    "hf-hub:laion/CLIP-ViT-B-32_x.y, laion/CLIP-ViT-B-32_x.y, main",
    "hf:acme/model@v1.0, acme/model, v1.0",
    "hf:acme/model@refs/pr/12, acme/model, refs/pr/12",
    "hf:gpt2, gpt2, main"
  })
  void aPrefixNamesARepository(String name, String id, String revision) {
    assertThat(ModelName.parse(name)).isEqualTo(new ModelName.Repository(id, revision));
  }

  @ParameterizedTest
  @CsvSource({
    "acme/model, main",
    "hf:acme/model@v1, v1",
    "acme/model@v1, v1",
    "hf-hub:acme/model, main"
  })
  void whereOnlyRepositoriesAreMeantThePrefixMayBeLeftOut(String name, String revision) {
    assertThat(ModelName.repository(name))
        .isEqualTo(new ModelName.Repository("acme/model", revision));
  }

  @ParameterizedTest
  @CsvSource({
    "local-dir:/models/x, /models/x",
    "runs/demo/model, runs/demo/model",
    "/models/x, /models/x",
    "local-dir:acme/model, acme/model",
    "x, x"
  })
  void allElseIsAFolder(String name, String path) {
    assertThat(ModelName.parse(name)).isEqualTo(new ModelName.Folder(Path.of(path)));
  }

  @Test
  void aBareRepositoryIsAFolderOnlyIfThereIsOne(@TempDir Path folder) throws IOException {
    assertRefused(() -> ModelName.parse("acme/model"), "no folder 'acme/model'", "hf:acme/model");
    Files.createDirectories(folder.resolve("acme/model"));
    String existing = folder.resolve("acme/model").toString();
    assertThat(ModelName.parse(existing)).isEqualTo(new ModelName.Folder(Path.of(existing)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a/b/c",
        "../model",
        "acme/..",
        "acme/",
        "/model",
        "acme/mo del",
        "acme/-x",
        "acme/x--y",
        "acme/a..b",
        "",
        "acme\\model",
        "acme/model.",
        "https://huggingface.co/acme/model"
      })
  void whatTheHubCouldNotNameIsRefused(String id) {
    assertRefused(() -> ModelName.repository(id), "is no name of a repository", "ORG/NAME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/../b", "/a", "a/", "a b", "a\\b", ".hidden", "a:b", "a//b"})
  void whatCouldBeNoRevisionIsRefused(String revision) {
    assertRefused(
        () -> new ModelName.Repository("acme/model", revision), "is no revision of acme/model");
  }

  @Test
  void aFolderIsNoRepository() {
    assertRefused(() -> ModelName.repository("local-dir:/x"), "is a folder");
    assertRefused(() -> ModelName.parse(" "), "is empty");
  }
}
