package io.vlm4j.text.jinja;

import static io.vlm4j.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.vlm4j.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class TemplateTest {
  /**
   * What Python's Jinja 3.1.6 makes of templates, in a sandbox with the settings of transformers;
   * among them the formats of ChatML, Qwen2, Llama 2, 3 and 3.2, and LLaVA.
   */
  static Stream<JsonNode> cases() throws IOException {
    try (var in = TemplateTest.class.getResourceAsStream("cases.json")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      JsonNode cases = Json.parse(new String(bytes, StandardCharsets.UTF_8));
      return StreamSupport.stream(cases.spliterator(), false);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreThoseOfPythonsJinja(JsonNode example) {
    Template template = Template.parse(example.path("template").asString(), "test");
    var values = new LinkedHashMap<String, @Nullable Object>();
    example
        .path("context")
        .properties()
        .forEach(entry -> values.put(entry.getKey(), value(entry.getValue())));
    assertThat(template.render(values)).isEqualTo(example.path("expected").asString());
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    } else if (node.isBoolean()) {
      return node.asBoolean();
    } else if (node.isIntegralNumber()) {
      return node.asLong();
    } else if (node.isNumber()) {
      return node.asDouble();
    } else if (node.isArray()) {
      return StreamSupport.stream(node.spliterator(), false).map(TemplateTest::value).toList();
    } else if (node.isObject()) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
      return map;
    }
    return node.asString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{{ 'a' | frobnicate }} # line 1 # frobnicate",
        "{% include 'x' %} # line 1 # include",
        "{{ 'a' is frobnicated }} # line 1 # frobnicated",
        "{{ 'a'.frobnicate() }} # line 1 # frobnicate",
        "{{ nothing.at.all }} # line 1 # nothing",
        "{{ nothing() }} # line 1 # nothing",
        "{{ 'a' + 1 }} # line 1 # a string and a number",
        "{% if true %} # line 1 # endif",
        "{% endfor %} # line 1 # endfor",
        "{{ (1 }} # line 1 # }",
        "{{ 1 ~ } }} # line 1 # close",
        "{{ 'open # line 1 # without end",
        "{% for x in 5 %}{% endfor %} # line 1 # go through",
        "{{ range(1000000000) | length }} # line 1 # range",
        "{{ 1 // 0 }} # line 1 # zero"
      })
  void whatIsNotSupportedIsRefusedByNameAndLine(String template, String line, String name) {
    assertRefused(() -> Template.parse(template, "test").render(Map.of()), "test", line, name);
  }

  @Test
  void anErrorSaysInWhichLineItIs() {
    assertRefused(
        () ->
            Template.parse("a\n{% if true %}\nb\n{% endif %}\n{{ x | nope }}", "test.jinja")
                .render(Map.of()),
        "test.jinja, line 5",
        "nope");
  }

  @Test
  void aTemplateMayRefuseItsValues() {
    Template template =
        Template.parse(
            "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
                + "{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}ok",
            "test");
    var user = Map.of("role", "user");
    assertThat(template.render(Map.of("messages", List.of(user)))).isEqualTo("ok");
    assertRefused(
        () -> template.render(Map.of("messages", List.of(user, user))), "roles must alternate");
  }

  @Test
  void datesAreThoseOfStrftime() {
    LocalDateTime time = LocalDateTime.of(2026, 3, 7, 16, 5, 9);
    assertThat(Dates.format("%d %b %Y", time)).isEqualTo("07 Mar 2026");
    assertThat(Dates.format("%A, %B %-d, %y %H:%M:%S %%", time))
        .isEqualTo("Saturday, March 7, 26 16:05:09 %");
    assertRefused(() -> Dates.format("%Q", time), "%Q");
  }
}
