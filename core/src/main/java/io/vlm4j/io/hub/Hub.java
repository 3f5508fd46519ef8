package io.vlm4j.io.hub;

import io.vlm4j.io.AtomicFiles;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Retries;
import io.vlm4j.io.hub.HubClient.Listing;
import io.vlm4j.io.hub.HubClient.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Models of the Hugging Face hub, in the cache that its Python client keeps: what either has
 * fetched, the other finds.
 *
 * <p>Files appear whole and checked or not at all; whatever stops a download, the next one goes on
 * from there. Any number of threads and processes may ask for the same at once.
 */
public final class Hub {
  private static final int PARALLEL = 4;

  private final HubSettings settings;
  private final Retries retries;

  /** A hub; nothing is asked of it yet. */
  public Hub(HubSettings settings) {
    this(settings, Retries.USUAL);
  }

  Hub(HubSettings settings, Retries retries) {
    this.settings = settings;
    this.retries = retries;
  }

  /** Whether it answers from its cache alone. */
  public boolean isOffline() {
    return settings.offline();
  }

  /**
   * Makes sure that the wanted files of a revision are in the cache, as the hub has them now.
   * Offline, the cache is taken as it is.
   *
   * @return the folder of the snapshot, where other files may be too
   * @throws InputException if the repository, the revision or a file is not there or not for this
   *     user, if the hub cannot be reached, if something arrives damaged, if there is no space
   */
  public Path snapshot(ModelName.Repository repository, FileSelection files, Progress progress) {
    if (settings.offline()) {
      return offline(repository);
    }
    var cache = new HubCache(settings.cache(), repository.id());
    try (var client = new HubClient(settings, retries)) {
      Listing listing = client.list(repository);
      List<String> wanted = files.of(listing.files());
      if (wanted.isEmpty()) {
        throw new InputException(
            "none of the %d files of %s is wanted: choose with --include"
                .formatted(listing.files().size(), repository));
      }
      wanted.forEach(RepositoryPath::requireSafe);
      new Fetch(client, cache, repository, listing.commit(), progress).fetch(wanted);
      for (String known : ModelFiles.KNOWN) {
        if (!listing.files().contains(known)) {
          cache.writeLack(listing.commit(), known);
        }
      }
      // Last, so that a revision never leads to a snapshot that is still growing.
      cache.writeRef(repository.revision(), listing.commit());
      return cache.snapshot(listing.commit());
    }
  }

  /** {@link #snapshot(ModelName.Repository, FileSelection, Progress)} of {@code ORG/NAME}. */
  public Path snapshot(String repository, String revision, FileSelection files, Progress progress) {
    return snapshot(new ModelName.Repository(repository, revision), files, progress);
  }

  /** The folder of a snapshot that has all that a model needs, without asking the hub. */
  public Optional<Path> cachedModel(ModelName.Repository repository) {
    var cache = new HubCache(settings.cache(), repository.id());
    return cache
        .commit(repository.revision())
        .filter(commit -> ModelFiles.areIn(cache, commit))
        .map(cache::snapshot);
  }

  private Path offline(ModelName.Repository repository) {
    var cache = new HubCache(settings.cache(), repository.id());
    return cache
        .commit(repository.revision())
        .map(cache::snapshot)
        .filter(Files::isDirectory)
        .orElseThrow(() ->
            new InputException(
                "%s is not in the cache %s, and the hub is not asked while offline"
                    .formatted(repository, settings.cache())));
  }

  /** One call's work. */
  private final class Fetch {
    private final HubClient client;
    private final HubCache cache;
    private final ModelName.Repository repository;
    private final String commit;
    private final Progress progress;
    private long done;
    private long all;

    Fetch(
        HubClient client,
        HubCache cache,
        ModelName.Repository repository,
        String commit,
        Progress progress) {
      this.client = client;
      this.cache = cache;
      this.repository = repository;
      this.commit = commit;
      this.progress = progress;
    }

    void fetch(List<String> wanted) {
      List<String> missing = wanted.stream().filter(file -> !cache.has(commit, file)).toList();
      List<RemoteFile> found = inParallel(missing, file -> client.head(repository, commit, file));
      List<RemoteFile> absent =
          found.stream().filter(file -> !Files.exists(cache.blob(file.etag()))).toList();
      if (!absent.isEmpty()) {
        all = absent.stream().mapToLong(file -> Math.max(0, file.size())).sum();
        long bytes = Math.max(0, all - absent.stream().mapToLong(this::arrived).sum());
        requireSpace(bytes);
        progress.begin(repository.toString(), absent.size(), bytes);
      }
      inParallel(
          found,
          file -> {
            fetch(file);
            return file;
          });
    }

    private void fetch(RemoteFile file) {
      try (var _ = BlobLock.acquire(cache.lock(file.etag()))) {
        if (!Files.exists(cache.blob(file.etag()))) {
          new BlobDownload(
                  client, retries, settings.timeout(), cache, repository, commit, this::received)
              .fetch(file);
        }
        if (!cache.has(commit, file.name())) {
          cache.link(commit, file.name(), file.etag());
        }
      }
    }

    private synchronized void received(long bytes) {
      done += bytes;
      progress.advance(done, Math.max(done, all));
    }

    /** What an earlier download has left of a file. */
    private long arrived(RemoteFile file) {
      try {
        return Math.min(Files.size(cache.incomplete(file.etag())), Math.max(0, file.size()));
      } catch (IOException _) {
        return 0;
      }
    }

    private void requireSpace(long bytes) {
      try {
        Files.createDirectories(settings.cache());
        long free = Files.getFileStore(settings.cache()).getUsableSpace();
        if (free > 0 && bytes > free) { // 0 is also what some network drives say
          throw new InputException(
              "%s needs %,d MB, and %s has %,d MB left: free some, or choose another place with HF_HUB_CACHE"
                  .formatted(repository, bytes / 1_000_000, settings.cache(), free / 1_000_000));
        }
      } catch (IOException e) {
        throw AtomicFiles.cannotWrite(settings.cache(), e);
      }
    }
  }

  /** A few at once; the first failure stops the others. */
  private static <T, R> List<R> inParallel(List<T> inputs, Function<T, R> work) {
    try (var executor = Executors.newFixedThreadPool(PARALLEL, Thread.ofVirtual().factory())) {
      var running = new ExecutorCompletionService<R>(executor);
      inputs.forEach(input -> running.submit(() -> work.apply(input)));
      var results = new ArrayList<R>();
      try {
        for (int i = 0; i < inputs.size(); i++) {
          results.add(running.take().get());
        }
      } catch (InterruptedException e) {
        throw Retries.interrupted(e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException(e.getCause());
      } finally {
        executor.shutdownNow();
      }
      return results;
    }
  }
}
