package io.vlm4j.data.download;

import io.vlm4j.io.InputException;
import io.vlm4j.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which hosts are asked. A name stands for itself and for all names that end with a dot and it. The
 * rules hold for every redirect too.
 *
 * @param allowed only these, if there is any
 * @param denied never these
 * @param privateAddresses whether addresses that lie within a network, or on this machine, may be
 *     asked: a list from the web must not reach what only we can reach
 */
public record HostRules(Set<String> allowed, Set<String> denied, boolean privateAddresses) {
  /** All hosts of the public network. */
  public static final HostRules DEFAULT = new HostRules(Set.of(), Set.of(), false);

  /** Copies the names, in lower case. */
  public HostRules {
    allowed = names(allowed);
    denied = names(denied);
  }

  private static Set<String> names(Set<String> hosts) {
    for (String host : hosts) {
      if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || "/@*?#".indexOf(c) >= 0)) {
        throw new InputException(
            "'%s' is no name of a host: write example.com, which also stands for its subdomains"
                .formatted(host));
      }
    }
    return hosts.stream()
        .map(host -> host.toLowerCase(Locale.ROOT).replaceAll("^\\.|\\.$", ""))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The hosts in a text file, one a line; empty lines, and what follows a {@code #}, are left out.
   */
  public static Set<String> read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return names(
          lines
              .map(line -> line.replaceFirst("#.*", "").strip())
              .filter(line -> !line.isEmpty())
              .collect(Collectors.toSet()));
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw Json.cannotRead(file, e);
    } catch (UncheckedIOException e) {
      throw Json.cannotRead(file, Objects.requireNonNull(e.getCause()));
    }
  }

  /** The same with other hosts. */
  public HostRules with(Set<String> onlyThese, Set<String> notThese) {
    return new HostRules(onlyThese, notThese, privateAddresses);
  }

  /** The same with or without private addresses. */
  public HostRules withPrivateAddresses(boolean may) {
    return new HostRules(allowed, denied, may);
  }

  void check(String host) throws DownloadFailure {
    if (lists(denied, host)) {
      throw DownloadFailure.download("host is on the deny list");
    }
    if (!allowed.isEmpty() && !lists(allowed, host)) {
      throw DownloadFailure.download("host is not on the allow list");
    }
  }

  private static boolean lists(Set<String> names, String host) {
    if (names.isEmpty()) {
      return false;
    }
    String rest = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    while (!names.contains(rest)) {
      int dot = rest.indexOf('.');
      if (dot < 0) {
        return false;
      }
      rest = rest.substring(dot + 1);
    }
    return true;
  }
}
