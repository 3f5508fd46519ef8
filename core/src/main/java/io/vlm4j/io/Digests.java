package io.vlm4j.io;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The hashes that every JDK has. */
public final class Digests {
  private Digests() {}

  /** A new SHA-256. */
  public static MessageDigest sha256() {
    return of("SHA-256");
  }

  /** A new SHA-1, for what Git names by it. */
  public static MessageDigest sha1() {
    return of("SHA-1");
  }

  /** The SHA-256 of bytes in hexadecimal digits. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest of(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has " + algorithm, e);
    }
  }
}
