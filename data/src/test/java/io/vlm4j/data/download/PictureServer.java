package io.vlm4j.data.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A host of pictures on this machine, with the troubles of the web. */
final class PictureServer implements AutoCloseable {
  private final Map<String, Deque<HttpHandler>> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  PictureServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(executor);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The address of a path, under the name of a host that leads here. */
  String at(String host, String path) {
    return "http://" + host + ":" + port() + path;
  }

  String at(String path) {
    return at("127.0.0.1", path);
  }

  /** Answers to one path, one after the other; the last one stays. */
  PictureServer on(String path, HttpHandler... handlers) {
    answers.put(path, new ConcurrentLinkedDeque<>(Arrays.asList(handlers)));
    return this;
  }

  List<String> requests() {
    return List.copyOf(requests);
  }

  /** Content, with headers as names and values in turn. */
  static HttpHandler sends(byte[] content, String... headers) {
    return exchange -> {
      set(exchange, headers);
      exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
    };
  }

  static HttpHandler sends(String text, String type) {
    return sends(text.getBytes(StandardCharsets.UTF_8), "Content-Type", type);
  }

  /** Content whose length is not announced. */
  static HttpHandler streams(byte[] content) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(content);
    };
  }

  static HttpHandler status(int status, String... headers) {
    return exchange -> {
      set(exchange, headers);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  static HttpHandler redirect(String location) {
    return status(302, "Location", location);
  }

  /** The connection ends in the midst. */
  static HttpHandler cuts(byte[] content) {
    return exchange -> {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, content.length / 2);
      exchange.getResponseBody().flush();
    };
  }

  /** A part comes, then nothing until the server is closed. */
  HttpHandler stalls(byte[] content) {
    return exchange -> {
      exchange.sendResponseHeaders(200, content.length);
      OutputStream body = exchange.getResponseBody();
      body.write(content, 0, content.length / 2);
      body.flush();
      try {
        closed.await();
      } catch (InterruptedException _) {
        // Closing.
      }
    };
  }

  private static void set(HttpExchange exchange, String... headers) {
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      requests.add(path);
      Deque<HttpHandler> mine = answers.get(path);
      if (mine == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        HttpHandler next = mine.size() > 1 ? mine.poll() : mine.peek();
        next.handle(exchange);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    executor.shutdownNow();
  }
}
