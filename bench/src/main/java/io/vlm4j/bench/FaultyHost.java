package io.vlm4j.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vlm4j.image.ImageEncoder;
import io.vlm4j.image.ImageFormat;
import io.vlm4j.image.ImageHeader;
import io.vlm4j.image.Pixels;
import io.vlm4j.image.Reencoding;
import io.vlm4j.image.Resize;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;

/**
 * A host of numbered pictures on this machine, each another file; of ten, one comes with one of the
 * troubles of the web.
 */
final class FaultyHost {
  /** What happens to a picture, and the reason that a downloader should give. */
  enum Fault {
    NONE(""),
    SLOW("not all of an answer in time"),
    CUT("connection broken"),
    WRONG_TYPE("not a picture in a known format"),
    REDIRECT(""),
    MISSING("HTTP 404"),
    HUGE("larger than ");

    final String reason;

    Fault(String reason) {
      this.reason = reason;
    }

    static Fault of(int number, boolean faults) {
      return faults && number % 10 == 3 ? values()[1 + number / 10 % 6] : NONE;
    }
  }

  /** What the measurement lets the downloader take at most. */
  static final int MOST_BYTES = 1 << 20;

  private static final int BASES = 64;

  private final byte[][] bases = new byte[BASES][];
  private final boolean faults;

  private FaultyHost(boolean faults, int side) {
    this.faults = faults;
    for (int i = 0; i < BASES; i++) {
      bases[i] = picture(side, i);
    }
  }

  /** Serves until the process ends; prints the port. */
  static void serve(boolean faults, int side) throws IOException {
    var host = new FaultyHost(faults, side);
    var server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", host::handle);
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  /** Soft blobs, which JPEG packs about as tightly as photographs. */
  private static byte[] picture(int side, int seed) {
    var random = new SplittableRandom(seed);
    int coarse = side / 6;
    var small = new byte[3 * coarse * coarse];
    random.nextBytes(small);
    var pixels =
        Resize.resize(new Pixels(coarse, coarse, small), side, side * 3 / 4, Resize.Filter.BICUBIC);
    byte[] png = ImageEncoder.png(pixels);
    return new Reencoding(ImageFormat.JPEG, 85)
        .apply(png, ImageHeader.read(png), Reencoding.Frame.of(side, side * 3 / 4));
  }

  /** A base with the number in a comment: another file, the same work for who decodes it. */
  private byte[] file(int number) {
    byte[] base = bases[number % BASES];
    var file = ByteBuffer.allocate(base.length + 8);
    file.put(base, 0, 2).put((byte) 0xff).put((byte) 0xfe).putShort((short) 6).putInt(number);
    return file.put(base, 2, base.length - 2).array();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      int number = Integer.parseInt(path.replaceAll("\\D", ""));
      byte[] file = file(number);
      Fault fault = path.startsWith("/moved") ? Fault.NONE : Fault.of(number, faults);
      switch (fault) {
        case NONE -> send(exchange, file, "image/jpeg");
        case SLOW -> trickle(exchange, file);
        case CUT -> begin(exchange, file.length, file, file.length / 2);
        case WRONG_TYPE ->
            send(exchange, "<html></html>".getBytes(StandardCharsets.US_ASCII), "text/html");
        case REDIRECT -> {
          exchange.getResponseHeaders().set("Location", "/moved/" + number + ".jpg");
          exchange.sendResponseHeaders(302, -1);
        }
        case MISSING -> exchange.sendResponseHeaders(404, -1);
        case HUGE -> huge(exchange, number, file);
      }
    }
  }

  private static void send(HttpExchange exchange, byte[] file, String type) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, file.length);
    exchange.getResponseBody().write(file);
  }

  private static OutputStream begin(HttpExchange exchange, long announced, byte[] file, int bytes)
      throws IOException {
    exchange.sendResponseHeaders(200, announced);
    OutputStream body = exchange.getResponseBody();
    body.write(file, 0, bytes);
    body.flush();
    return body;
  }

  private static void trickle(HttpExchange exchange, byte[] file) throws IOException {
    OutputStream body = begin(exchange, file.length, file, 1000);
    try {
      for (int i = 1000; i < file.length; i++) {
        Thread.sleep(100);
        body.write(file[i]);
        body.flush();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Half of them say how long they are. */
  private static void huge(HttpExchange exchange, int number, byte[] file) throws IOException {
    boolean announced = number / 60 % 2 == 0;
    long length = 2L * MOST_BYTES;
    OutputStream body = begin(exchange, announced ? length : 0, file, file.length);
    var zeros = new byte[1 << 16];
    for (long sent = file.length; sent + zeros.length < length; sent += zeros.length) {
      body.write(zeros);
    }
  }
}
