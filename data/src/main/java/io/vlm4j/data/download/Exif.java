package io.vlm4j.data.download;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Directory;
import com.drew.metadata.Metadata;
import com.drew.metadata.Tag;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifInteropDirectory;
import com.drew.metadata.exif.ExifReader;
import com.drew.metadata.exif.ExifSubIFDDirectory;
import com.drew.metadata.exif.ExifThumbnailDirectory;
import com.drew.metadata.exif.GpsDirectory;
import io.vlm4j.io.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** EXIF fields as one line of JSON, with the names of directories that Python's exifread gives. */
final class Exif {
  private static final int LONGEST_VALUE = 1_000;

  private Exif() {}

  /** The fields of a TIFF structure; null if it is too damaged to read, which spoils no picture. */
  static @Nullable String json(byte[] tiff) {
    var fields = new LinkedHashMap<String, String>();
    if (tiff.length > 0) {
      try {
        var metadata = new Metadata();
        new ExifReader().extract(new ByteArrayReader(tiff), metadata);
        for (Directory directory : metadata.getDirectories()) {
          add(directory, fields);
        }
      } catch (RuntimeException _) {
        return null;
      }
    }
    return Json.toLine(fields);
  }

  private static void add(Directory directory, Map<String, String> fields) {
    String group =
        switch (directory) {
          case ExifIFD0Directory _ -> "Image";
          case ExifSubIFDDirectory _ -> "EXIF";
          case GpsDirectory _ -> "GPS";
          case ExifInteropDirectory _ -> "Interoperability";
          case ExifThumbnailDirectory _ -> "Thumbnail";
          default -> directory.getName();
        };
    for (Tag tag : directory.getTags()) {
      String value = tag.getDescription();
      if (value != null && value.length() <= LONGEST_VALUE) {
        fields.put(
            group + " " + tag.getTagName().replaceAll("[ /]", ""), value.replace("\0", "").strip());
      }
    }
  }
}
