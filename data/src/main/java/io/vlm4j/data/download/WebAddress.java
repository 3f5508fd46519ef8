package io.vlm4j.data.download;

import java.net.IDN;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses as the web writes them: with spaces, brackets and letters of all scripts, which
 * browsers accept and Java does not.
 */
final class WebAddress {
  private static final Pattern WEB =
      Pattern.compile(
          "(https?)://([^/?\\\\]+)([^#]*).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final Pattern PORT = Pattern.compile(":(\\d{0,5})$");
  private static final String ILLEGAL = "\"<>^`{|}[]\\";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int MOST_PORT = 65_535;
  private static final int LONGEST = 8_192;

  private WebAddress() {}

  static URI parse(String text) throws DownloadFailure {
    String address = text.strip();
    Matcher parts = WEB.matcher(address);
    if (address.length() > LONGEST || !parts.matches()) {
      throw DownloadFailure.download("no address of the web");
    }
    try {
      String path = legal(parts.group(3));
      URI uri =
          URI.create(
              parts.group(1).toLowerCase(Locale.ROOT)
                  + "://"
                  + authority(parts.group(2))
                  + (path.startsWith("/") ? path : "/" + path));
      if (uri.getHost() != null && uri.getPort() <= MOST_PORT) {
        return uri;
      }
    } catch (IllegalArgumentException _) {
      // Told below.
    }
    throw DownloadFailure.download("no address of the web");
  }

  /** Where a redirect leads. */
  static URI resolve(URI place, String location) throws DownloadFailure {
    try {
      if (location.isBlank()) {
        throw DownloadFailure.download("redirect without an address");
      } else if (location.startsWith("//")) {
        return parse(place.getScheme() + ":" + location);
      } else if (ABSOLUTE.matcher(location).matches()) {
        return parse(location);
      }
      return parse(place.resolve(legal(location.strip())).toString());
    } catch (IllegalArgumentException _) {
      throw DownloadFailure.download("no address of the web");
    }
  }

  /** Host and port; names of users are not sent to anybody. */
  private static String authority(String text) {
    String place = text.substring(text.lastIndexOf('@') + 1);
    if (place.startsWith("[")) {
      return place;
    }
    Matcher port = PORT.matcher(place);
    String number = port.find() ? port.group(1) : "";
    String host = port.replaceFirst("");
    return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT)
        + (number.isEmpty() ? "" : ":" + number);
  }

  private static String legal(String text) {
    var legal = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b <= ' ' || b > '~' || ILLEGAL.indexOf(b) >= 0) {
        legal.append('%');
        HEX.toHexDigits(legal, b);
      } else {
        legal.append((char) b);
      }
    }
    for (int i = legal.indexOf("%"); i >= 0; i = legal.indexOf("%", i + 1)) {
      if (i + 2 >= legal.length() || !isHex(legal.charAt(i + 1)) || !isHex(legal.charAt(i + 2))) {
        legal.insert(i + 1, "25");
      }
    }
    return legal.toString();
  }

  private static boolean isHex(char c) {
    return HexFormat.isHexDigit(c);
  }
}
