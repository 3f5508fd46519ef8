package io.vlm4j.testing;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vlm4j.io.InputException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a user is told about wrong input. */
public final class Refusals {
  private Refusals() {}

  /** Asserts that {@code call} is refused as wrong input, in one line that holds {@code parts}. */
  public static void assertRefused(ThrowingCallable call, String... parts) {
    var refusal =
        assertThatExceptionOfType(InputException.class)
            .isThrownBy(call)
            .satisfies(Refusals::isOneLine);
    for (String part : parts) {
      refusal.withMessageContaining(part);
    }
  }

  private static void isOneLine(InputException e) {
    if (e.getMessage() == null || e.getMessage().isBlank() || e.getMessage().lines().count() != 1) {
      throw new AssertionError("not one line: " + e.getMessage(), e);
    }
  }
}
