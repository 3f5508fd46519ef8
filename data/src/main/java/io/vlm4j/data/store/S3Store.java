package io.vlm4j.data.store;

import io.vlm4j.io.InputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/**
 * Objects of S3 and of what speaks like it, through Amazon's library.
 *
 * <p>Set up as everywhere: {@code AWS_ACCESS_KEY_ID} and the other places of credentials, {@code
 * AWS_REGION}, {@code AWS_ENDPOINT_URL} (or {@code AWS_ENDPOINT_URL_S3}) for another store than
 * Amazon's. Without credentials requests are not signed, as public buckets want it.
 */
final class S3Store {
  private static final Map<String, S3Client> CLIENTS = new ConcurrentHashMap<>(); // by endpoint

  private S3Store() {}

  /** Copies an object. */
  static void fetch(String address, Path copy) {
    String rest = address.substring("s3://".length());
    int slash = rest.indexOf('/');
    if (slash < 1 || slash == rest.length() - 1) {
      throw new InputException(address + ": expected s3://BUCKET/KEY");
    }
    try {
      Files.deleteIfExists(copy); // the library writes new files only
      client()
          .getObject(
              GetObjectRequest.builder()
                  .bucket(rest.substring(0, slash))
                  .key(rest.substring(slash + 1))
                  .build(),
              copy);
    } catch (SdkException e) {
      throw new InputException(address + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InputException("cannot write " + copy + ": " + e.getMessage(), e);
    }
  }

  private static S3Client client() {
    String endpoint =
        setting("AWS_ENDPOINT_URL_S3").or(() -> setting("AWS_ENDPOINT_URL")).orElse("");
    return CLIENTS.computeIfAbsent(endpoint, S3Store::client);
  }

  private static S3Client client(String endpoint) {
    var builder =
        S3Client.builder()
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(credentials())
            .region(Region.of(setting("AWS_REGION").orElse("us-east-1")));
    if (!endpoint.isEmpty()) {
      builder.endpointOverride(URI.create(endpoint)).forcePathStyle(true);
    }
    return builder.build();
  }

  private static AwsCredentialsProvider credentials() {
    var usual = DefaultCredentialsProvider.builder().build();
    try {
      usual.resolveCredentials();
      return usual;
    } catch (SdkException _) {
      return AnonymousCredentialsProvider.create();
    }
  }

  /** A system property wins over the environment, as in Amazon's library. */
  private static Optional<String> setting(String name) {
    String property = System.getProperty(propertyName(name));
    return Optional.ofNullable(property == null ? System.getenv(name) : property);
  }

  private static String propertyName(String name) {
    return switch (name) {
      case "AWS_REGION" -> "aws.region";
      case "AWS_ENDPOINT_URL_S3" -> "aws.endpointUrlS3";
      default -> "aws.endpointUrl";
    };
  }
}
