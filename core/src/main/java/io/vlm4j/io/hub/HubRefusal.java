package io.vlm4j.io.hub;

import io.vlm4j.io.InputException;
import io.vlm4j.io.PassingFailure;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/**
 * What it means when the hub does not give what was asked for, and what the user can do.
 *
 * @param file empty where the repository itself was asked for
 */
record HubRefusal(HubSettings settings, ModelName.Repository repository, String file) {
  /**
   * The failure, if it passes.
   *
   * @throws InputException if it does not
   */
  IOException of(HttpResponse<?> response) {
    String code = header(response, "X-Error-Code");
    int status = response.statusCode();
    boolean isHub = settings.isEndpoint(response.uri());
    if (isHub && (status == 401 || status == 403)) {
      throw new InputException(code.equals("GatedRepo") ? gated() : denied(response));
    }
    if (isHub && status == 404) {
      throw new InputException(missing(code));
    }
    if (status == 408 || status == 429 || status >= 500) {
      return passing(response);
    }
    throw new InputException(
        "%s answered %d%s for %s"
            .formatted(response.uri().getHost(), status, said(response), what()));
  }

  private String what() {
    return file.isEmpty() ? repository.toString() : file + " of " + repository;
  }

  private String gated() {
    return settings.token().isPresent()
        ? "%s is gated and the token has no access: accept its terms at %s/%s with that account"
            .formatted(repository.id(), settings.endpoint(), repository.id())
        : "%s is gated: accept its terms at %s/%s, make a token at %s/settings/tokens, and give it as HF_TOKEN or --token"
            .formatted(repository.id(), settings.endpoint(), repository.id(), settings.endpoint());
  }

  private String denied(HttpResponse<?> response) {
    return settings.token().isPresent()
        ? "the hub refuses %s to this token%s: check it at %s/settings/tokens, and the name"
            .formatted(what(), said(response), settings.endpoint())
        : "the hub shows no %s to the public: check the name, or, if it is private, give a token of %s/settings/tokens as HF_TOKEN or --token"
            .formatted(what(), settings.endpoint());
  }

  private String missing(String code) {
    return switch (code) {
      case "RevisionNotFound" ->
          "%s has no revision '%s': see %s/%s for its branches and tags"
              .formatted(
                  repository.id(), repository.revision(), settings.endpoint(), repository.id());
      case "EntryNotFound" -> "%s has no file '%s'".formatted(repository, file);
      default ->
          "there is no repository %s at %s: check the name"
              .formatted(repository.id(), settings.endpoint());
    };
  }

  private static PassingFailure passing(HttpResponse<?> response) {
    return new PassingFailure(
        "%s answered %d%s"
            .formatted(response.uri().getHost(), response.statusCode(), said(response)),
        pause(header(response, "Retry-After")));
  }

  /** Seconds, or a date. */
  private static Duration pause(String after) {
    if (after.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(after));
    }
    try {
      var until = ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration pause = Duration.between(ZonedDateTime.now(until.getZone()), until);
      return pause.isNegative() ? Duration.ZERO : pause;
    } catch (DateTimeParseException _) {
      return Duration.ZERO;
    }
  }

  /** What the hub says itself, in one line, or nothing. */
  private static String said(HttpResponse<?> response) {
    String message = header(response, "X-Error-Message").replaceAll("[\\p{Cntrl}]+", " ").strip();
    return message.isEmpty()
        ? ""
        : " (" + message.substring(0, Math.min(200, message.length())) + ")";
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
