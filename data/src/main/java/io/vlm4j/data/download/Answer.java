package io.vlm4j.data.download;

import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.MessageHeaders;

/**
 * An answer of a host.
 *
 * @param bytes its content; none unless the status is 200
 * @param share of the memory budget, for who has the bytes to give back
 */
record Answer(int status, MessageHeaders headers, byte[] bytes, MemoryBudget.Share share) {
  /** A header's first value; empty if there is none. */
  String header(String name) {
    Header first = headers.getFirstHeader(name);
    return first == null || first.getValue() == null ? "" : first.getValue();
  }
}
