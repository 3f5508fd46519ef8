package io.vlm4j.model;

import io.vlm4j.text.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * From tokens, as they come, to text that will not change any more. A character whose bytes are in
 * several tokens waits for the last of them, and what may be the beginning of a stop string for
 * what follows.
 *
 * <p>Each token costs the decoding of a few before it: of those since the last that gave text, and
 * of the ones before them, on which spaces may depend.
 */
final class TextStream {
  private static final char BROKEN = '\ufffd';

  private final Tokenizer tokenizer;
  private final List<String> stops;
  private long[] ids = new long[16];
  private int length;
  private int from; // of the tokens that are decoded anew
  private int told; // how many tokens have become text
  private String waiting = "";
  private final StringBuilder all = new StringBuilder();
  private boolean stopped;

  TextStream(Tokenizer tokenizer, List<String> stops) {
    this.tokenizer = tokenizer;
    this.stops = stops;
  }

  /** Takes a token; gives the text that is certain with it, which may be empty. */
  String add(long id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
    }
    ids[length++] = id;
    String before = decode(told);
    String now = decode(length);
    if (now.length() <= before.length() || now.charAt(now.length() - 1) == BROKEN) {
      return "";
    }
    from = told;
    told = length;
    return tell(now.substring(before.length()));
  }

  /** What is left when no token follows: also a character that stayed broken. */
  String finish() {
    if (stopped) {
      return "";
    }
    String before = decode(told);
    String now = decode(length);
    String rest = now.length() > before.length() ? tell(now.substring(before.length())) : "";
    String last = stopped ? "" : waiting;
    waiting = "";
    all.append(last);
    return rest + last;
  }

  /** Whether a stop string came. */
  boolean isStopped() {
    return stopped;
  }

  /** All text that was given. */
  String text() {
    return all.toString();
  }

  private String decode(int to) {
    return tokenizer.decode(Arrays.copyOfRange(ids, from, to));
  }

  private String tell(String more) {
    String text = waiting + more;
    int end = text.length();
    for (String stop : stops) {
      int at = text.indexOf(stop);
      if (at >= 0 && at < end) {
        end = at;
        stopped = true;
      }
    }
    int held = stopped ? 0 : mayStop(text);
    String certain = text.substring(0, end - held);
    waiting = stopped ? "" : text.substring(end - held);
    all.append(certain);
    return certain;
  }

  /** How many of the last characters may begin a stop string. */
  private int mayStop(String text) {
    int most = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, text.length()); n > most; n--) {
        if (text.endsWith(stop.substring(0, n))) {
          most = n;
        }
      }
    }
    return most;
  }
}
