package io.vlm4j.data.store;

import io.vlm4j.io.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches files from web servers and S3-compatible stores. */
public final class Stores {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+)://.*");

  private Stores() {}

  /** Whether an address names a store, rather than a path. */
  public static boolean isFar(String address) {
    return SCHEME.matcher(address).matches();
  }

  /**
   * Copies a file to the local disk; the caller deletes the copy.
   *
   * @param address {@code https://...}, {@code http://...} or {@code s3://bucket/key}
   * @throws InputException if it cannot be had, with the store's reason
   */
  public static Path fetch(String address) {
    Matcher scheme = SCHEME.matcher(address);
    String kind = scheme.matches() ? scheme.group(1).toLowerCase(Locale.ROOT) : "";
    Path copy;
    try {
      copy = Files.createTempFile("vlm4j-", ".part");
    } catch (IOException e) {
      throw new InputException("cannot make a temporary file: " + e.getMessage(), e);
    }
    try {
      switch (kind) {
        case "http", "https" -> WebStore.fetch(address, copy);
        case "s3" -> S3Store.fetch(address, copy);
        default ->
            throw new InputException(
                "%s: no store of kind '%s'; http, https and s3 are known".formatted(address, kind));
      }
      return copy;
    } catch (RuntimeException e) {
      copy.toFile().delete();
      throw e;
    }
  }
}
