package io.vlm4j.data.download;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Tells addresses of the public network from those that only mean something here: the special
 * ranges of RFC 6890 and its successors. Addresses that carry another within them are judged by
 * that one as well.
 */
final class PublicAddress {
  private PublicAddress() {}

  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? isPublic6(bytes) : isPublic4(bytes);
  }

  private static boolean isPublic4(byte[] a) {
    int first = a[0] & 0xff;
    int second = a[1] & 0xff;
    int third = a[2] & 0xff;
    return switch (first) {
      case 0 -> false; // this network
      case 100 -> second < 64 || second > 127; // behind a carrier's translation
      case 192 -> !(second == 0 && (third == 0 || third == 2)) && !(second == 88 && third == 99);
      case 198 -> second != 18 && second != 19 && !(second == 51 && third == 100);
      case 203 -> !(second == 0 && third == 113);
      default -> first < 240;
    };
  }

  private static boolean isPublic6(byte[] a) {
    int first = (a[0] & 0xff) << 8 | a[1] & 0xff;
    int second = (a[2] & 0xff) << 8 | a[3] & 0xff;
    if (first == 0x2002) { // 6to4
      return isPublic(ipv4(a, 2));
    }
    if (first == 0x64 && second == 0xff9b) { // translated, and 64:ff9b:1::/48, which is local
      return a[5] == 0 && isPublic(ipv4(a, 12));
    }
    boolean special =
        first == 0x2001 && (second < 0x200 || second == 0xdb8) // Teredo and others, documentation
            || first == 0x3fff;
    return !special && (first & 0xe000) == 0x2000; // all that is given out to the public
  }

  private static InetAddress ipv4(byte[] a, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(a, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
