package io.vlm4j.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plays a hub with one repository, {@code acme/model}: the hub itself, and a second server that has
 * the content of large files, as the real one keeps it on another host. Answers can be replaced by
 * troubles, each of which happens once.
 */
public final class HubServer implements AutoCloseable {
  /** The repository. */
  public static final String REPOSITORY = "acme/model";

  /** What its branch {@code main} is. */
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /**
   * One request that came.
   *
   * @param host {@code hub} or {@code content}
   * @param token its Authorization header, or empty
   * @param range its Range header, or empty
   */
  public record Request(String host, String method, String path, String token, String range) {}

  /** What goes wrong with one answer. */
  @FunctionalInterface
  public interface Trouble {
    /** Answers instead of the server. */
    void answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  private record RemoteFile(byte[] content, String etag, boolean isLarge) {}

  private final Map<String, RemoteFile> files = new TreeMap<>();
  private final Map<String, Deque<Trouble>> troubles = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer hub = server("hub");
  private final HttpServer content = server("content");
  private volatile String commit = COMMIT;
  private volatile boolean knowsRanges = true;

  private HttpServer server(String host) {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(executor);
      server.createContext("/", exchange -> handle(host, exchange));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the hub is. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
  }

  /** Adds a small file, kept by Git. */
  public HubServer with(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return put(name, bytes, gitHash(bytes), false);
  }

  /** Adds a large file, kept elsewhere. */
  public HubServer withLarge(String name, byte[] bytes) {
    return put(name, bytes, hash("SHA-256", bytes), true);
  }

  /** Adds a file that is announced under another hash than its own. */
  public HubServer withWrong(String name, byte[] bytes, String etag) {
    return put(name, bytes, etag, etag.length() == 64);
  }

  private HubServer put(String name, byte[] bytes, String etag, boolean isLarge) {
    files.put(name, new RemoteFile(bytes, etag, isLarge));
    return this;
  }

  /** Moves {@code main}. */
  public void moveTo(String other) {
    commit = other;
  }

  /** Sends the whole from now on, whatever range is asked for. */
  public void forgetRanges() {
    knowsRanges = false;
  }

  /** The hash by which a file is known. */
  public String etag(String name) {
    return file(name).etag();
  }

  /**
   * Lets the next answers to requests whose "METHOD path" ends with {@code end} go wrong, one after
   * the other.
   */
  public void trouble(String end, Trouble... next) {
    troubles.computeIfAbsent(end, _ -> new ConcurrentLinkedDeque<>()).addAll(Arrays.asList(next));
  }

  /** An answer without content; headers are names and values in turn. */
  public static Trouble status(int status, String... headers) {
    return (exchange, _) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** The connection ends after so many bytes of what was asked for. */
  public static Trouble cutAfter(int bytes) {
    return (exchange, content) -> begin(exchange, content, bytes);
  }

  /** Other bytes than the file's. */
  public static Trouble sends(byte[] other) {
    return (exchange, _) -> {
      exchange.sendResponseHeaders(200, other.length == 0 ? -1 : other.length);
      exchange.getResponseBody().write(other);
    };
  }

  /** So many bytes come, then nothing until the server is closed. */
  public Trouble stallAfter(int bytes) {
    return (exchange, content) -> {
      begin(exchange, content, bytes);
      try {
        closed.await();
      } catch (InterruptedException _) {
        // Closing.
      }
    };
  }

  /** What was asked so far. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** The requests for content. */
  public List<Request> downloads() {
    return requests.stream()
        .filter(request -> request.method().equals("GET"))
        .filter(request -> !request.path().startsWith("/api/"))
        .toList();
  }

  private void handle(String host, HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      String method = exchange.getRequestMethod();
      requests.add(
          new Request(
              host, method, path, header(exchange, "Authorization"), header(exchange, "Range")));
      Trouble trouble = next(method + " " + path);
      if (trouble != null) {
        trouble.answer(exchange, contentOf(path));
      } else if (host.equals("content")) {
        send(exchange, contentOf(path));
      } else {
        answer(exchange, path);
      }
    }
  }

  private @Nullable Trouble next(String request) {
    for (var entry : troubles.entrySet()) {
      if (request.endsWith(entry.getKey())) {
        return entry.getValue().poll();
      }
    }
    return null;
  }

  private byte[] contentOf(String path) {
    String name =
        URLDecoder.decode(path.replaceFirst(".*/resolve/[^/]+/", ""), StandardCharsets.UTF_8);
    RemoteFile file = files.get(name);
    return file == null ? new byte[0] : file.content();
  }

  private void answer(HttpExchange exchange, String path) throws IOException {
    String api = "/api/models/" + REPOSITORY + "/revision/";
    String resolve = "/" + REPOSITORY + "/resolve/" + commit + "/";
    if (path.equals(api + "main") || path.equals(api + commit)) {
      String siblings =
          files.keySet().stream()
              .map(name -> "{\"rfilename\":\"" + name.replace("\\", "\\\\") + "\"}")
              .collect(Collectors.joining(","));
      send(
          exchange,
          ("{\"id\":\"acme/model\",\"sha\":\"" + commit + "\",\"siblings\":[" + siblings + "]}")
              .getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith(api)) {
      status(404, "X-Error-Code", "RevisionNotFound").answer(exchange, new byte[0]);
    } else if (path.startsWith(resolve)) {
      resolve(
          exchange, URLDecoder.decode(path.substring(resolve.length()), StandardCharsets.UTF_8));
    } else {
      status(401, "X-Error-Message", "Invalid username or password.").answer(exchange, new byte[0]);
    }
  }

  private void resolve(HttpExchange exchange, String name) throws IOException {
    exchange.getResponseHeaders().set("X-Repo-Commit", commit);
    if (!files.containsKey(name)) {
      status(404, "X-Error-Code", "EntryNotFound").answer(exchange, new byte[0]);
      return;
    }
    RemoteFile file = file(name);
    if (file.isLarge()) {
      status(
              302,
              "X-Linked-Etag",
              "\"" + file.etag() + "\"",
              "X-Linked-Size",
              Integer.toString(file.content().length),
              "ETag",
              "\"" + "f".repeat(32) + "\"",
              "Location",
              "http://127.0.0.1:%d/store/resolve/x/%s?signature=1"
                  .formatted(content.getAddress().getPort(), name))
          .answer(exchange, new byte[0]);
    } else {
      exchange.getResponseHeaders().set("ETag", "W/\"" + file.etag() + "\"");
      send(exchange, file.content());
    }
  }

  private static void begin(HttpExchange exchange, byte[] content, int bytes) throws IOException {
    int from = from(exchange);
    if (from > 0) {
      announce(exchange, from, content.length);
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
    exchange.getResponseBody().write(content, from, bytes);
    exchange.getResponseBody().flush();
  }

  private static int from(HttpExchange exchange) {
    String range = header(exchange, "Range");
    return range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
  }

  private static void announce(HttpExchange exchange, int from, int length) {
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes %d-%d/%d".formatted(from, length - 1, length));
  }

  private void send(HttpExchange exchange, byte[] bytes) throws IOException {
    var headers = exchange.getResponseHeaders();
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    int from = knowsRanges ? from(exchange) : 0;
    if (from > 0 && from >= bytes.length) {
      headers.set("Content-Range", "bytes */" + bytes.length);
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    if (from > 0) {
      announce(exchange, from, bytes.length);
    }
    exchange.sendResponseHeaders(
        from > 0 ? 206 : 200, bytes.length == from ? -1 : bytes.length - from);
    exchange.getResponseBody().write(bytes, from, bytes.length - from);
  }

  private RemoteFile file(String name) {
    RemoteFile file = files.get(name);
    if (file == null) {
      throw new IllegalArgumentException("no file " + name);
    }
    return file;
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  /** Git's name for a file of this content. */
  public static String gitHash(byte[] bytes) {
    byte[] head = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + bytes.length);
    System.arraycopy(bytes, 0, all, head.length, bytes.length);
    return hash("SHA-1", all);
  }

  private static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    hub.stop(0);
    content.stop(0);
    executor.shutdownNow();
  }
}
