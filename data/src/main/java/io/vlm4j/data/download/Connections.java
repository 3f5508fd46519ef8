package io.vlm4j.data.download;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Connections to hosts of the web, kept for the next request. Apache's client over plain sockets:
 * who waits is a virtual thread, which costs a fraction of the callbacks of Java's own client.
 *
 * <p>A name is looked up once, and what was checked is what is connected to. Only a proxy looks
 * names up itself: then the check is of what the name means here.
 */
final class Connections implements AutoCloseable {
  /** Lists name more hosts than a process may have sockets open: idle ones must go soon. */
  private static final Timeout IDLE = Timeout.ofSeconds(5);

  /** Connections that were idle for longer are looked at before they are used again. */
  private static final TimeValue SURELY_OPEN = TimeValue.ofMilliseconds(500);

  private final NameLookup names;
  private final CloseableHttpClient direct;
  private final CloseableHttpClient throughProxy;

  Connections(FetchLimits limits, NameLookup names) {
    this.names = names;
    this.direct = HttpClients.createMinimal(pool(limits, names));
    this.throughProxy =
        HttpClients.custom()
            .setConnectionManager(pool(limits, SystemDefaultDnsResolver.INSTANCE))
            .setRoutePlanner(new SystemDefaultRoutePlanner(null))
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableContentCompression()
            .disableCookieManagement()
            .disableAuthCaching()
            .build();
  }

  private static PoolingHttpClientConnectionManager pool(FetchLimits limits, DnsResolver names) {
    long timeout = limits.timeout().toMillis();
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(names)
        .setMaxConnTotal(limits.connections())
        .setMaxConnPerRoute(limits.connectionsPerHost())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(limits.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .setSocketTimeout(Timeout.ofMilliseconds(timeout))
                .setIdleTimeout(IDLE)
                .setValidateAfterInactivity(SURELY_OPEN)
                .build())
        .build();
  }

  /** Sends a request and waits for the head of the answer. */
  ClassicHttpResponse open(URI place, HttpGet request, HttpContext context) throws IOException {
    var host = new HttpHost(place.getScheme(), place.getHost(), place.getPort());
    if (isDirect(place)) {
      return direct.executeOpen(host, request, context);
    }
    names.resolve(place.getHost());
    return throughProxy.executeOpen(host, request, context);
  }

  private static boolean isDirect(URI place) {
    ProxySelector selector = ProxySelector.getDefault();
    List<Proxy> proxies = selector == null ? List.of() : selector.select(place);
    return proxies.isEmpty() || proxies.getFirst().type() == Proxy.Type.DIRECT;
  }

  @Override
  public void close() {
    direct.close(CloseMode.IMMEDIATE);
    throughProxy.close(CloseMode.IMMEDIATE);
  }
}
