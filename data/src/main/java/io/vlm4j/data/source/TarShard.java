package io.vlm4j.data.source;

import io.vlm4j.data.JsonValues;
import io.vlm4j.data.LazyList;
import io.vlm4j.data.Part;
import io.vlm4j.data.Picture;
import io.vlm4j.data.Sample;
import io.vlm4j.data.SampleJson;
import io.vlm4j.data.Shard;
import io.vlm4j.io.InputException;
import io.vlm4j.io.Utf8;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A WebDataset tar: img2dataset's and clip_benchmark's layouts, and our own.
 *
 * <p>Of a sample's members a picture is a picture, {@code txt} its text, {@code json} its metadata,
 * {@code cls} the metadata {@code cls}; others are attachments. Members are read by position from a
 * map of the file, so any sample is at hand at any time.
 */
final class TarShard implements Shard {
  private final DataFile file;
  private final boolean captionPerLine;
  private volatile int size;

  /**
   * A shard.
   *
   * @param size number of its samples, or -1 if it is not known
   * @param captionPerLine whether every line of a {@code txt} is a caption of its own, as in
   *     clip_benchmark's retrieval sets
   */
  TarShard(DataFile file, int size, boolean captionPerLine) {
    this.file = file;
    this.size = size;
    this.captionPerLine = captionPerLine;
  }

  @Override
  public String name() {
    return file.address();
  }

  @Override
  public int size() {
    if (size < 0) {
      size = open().size();
    }
    return size;
  }

  @Override
  public List<Sample> open() {
    MemorySegment tar = file.map();
    TarIndex index = TarIndex.of(tar, file.address());
    if (index.groups().isEmpty() && index.damage() != null) {
      throw index.damage();
    }
    // The last element of a damaged archive is its damage.
    int count = index.groups().size() + (index.damage() == null ? 0 : 1);
    return new LazyList<>(count, i -> sample(tar, index, i));
  }

  private Sample sample(MemorySegment tar, TarIndex index, int i) {
    if (i == index.groups().size() && index.damage() != null) {
      throw index.damage();
    }
    TarIndex.Group group = index.groups().get(i);
    return new Members(tar, group, file.address() + "/" + group.key()).sample();
  }

  /** One sample's members. */
  private final class Members implements SampleJson.Shelf {
    private final MemorySegment tar;
    private final TarIndex.Group group;
    private final String origin;

    Members(MemorySegment tar, TarIndex.Group group, String origin) {
      this.tar = tar;
      this.group = group;
      this.origin = origin;
    }

    Sample sample() {
      Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
      optional("json")
          .ifPresent(json -> metadata.putAll(JsonValues.object(text(json), place(json))));
      Object own = metadata.remove(SampleJson.KEY);
      String key = own == null ? group.key() : own.toString();
      Object described = metadata.remove(SampleJson.PARTS);
      List<Part> parts =
          described == null ? parts(metadata) : SampleJson.read(described, this, origin);
      return new Sample(key, origin, parts, metadata);
    }

    /** Pictures, then texts, then the rest, whatever their order in the archive. */
    private List<Part> parts(Map<String, @Nullable Object> metadata) {
      var pictures = new ArrayList<Part>();
      var texts = new ArrayList<Part>();
      var others = new ArrayList<Part>();
      for (TarIndex.Member member : group.members()) {
        switch (member.kind()) {
          case "json" -> {} // read first
          case "txt" -> captions(text(member)).forEach(text -> texts.add(new Part.Text(text)));
          case "cls" -> metadata.put("cls", number(member));
          default -> {
            if (PictureNames.isPicture(member.kind())) {
              pictures.add(picture(member));
            } else {
              others.add(new Part.Attachment(member.kind(), () -> member.bytes(tar)));
            }
          }
        }
      }
      pictures.addAll(texts);
      pictures.addAll(others);
      return pictures;
    }

    @Override
    public Picture picture(String reference) {
      return picture(find(reference));
    }

    @Override
    public Picture.Bytes attachment(String reference) {
      TarIndex.Member member = find(reference);
      return () -> member.bytes(tar);
    }

    private TarIndex.Member find(String kind) {
      return optional(kind)
          .orElseThrow(() -> new InputException(origin + ": no member '" + kind + "'"));
    }

    private Optional<TarIndex.Member> optional(String kind) {
      return group.members().stream().filter(member -> member.kind().equals(kind)).findFirst();
    }

    private Picture picture(TarIndex.Member member) {
      return Picture.encoded(place(member), () -> member.bytes(tar));
    }

    private String place(TarIndex.Member member) {
      return origin + "." + member.kind();
    }

    private String text(TarIndex.Member member) {
      return Utf8.decode(member.bytes(tar), place(member));
    }

    private List<String> captions(String text) {
      return captionPerLine ? text.lines().filter(line -> !line.isBlank()).toList() : List.of(text);
    }

    private long number(TarIndex.Member member) {
      String text = text(member).strip();
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new InputException(
            "%s: expected a class number, found '%s'"
                .formatted(place(member), text.toLowerCase(Locale.ROOT)),
            e);
      }
    }
  }
}
