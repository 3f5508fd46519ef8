package io.vlm4j.data.records;

import io.vlm4j.data.Picture;
import io.vlm4j.io.InputException;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The folder of a data set's pictures. Names come out of files, so none may lead out of the folder.
 *
 * <p>People lay out the same pictures differently: under a folder for each split or without. So a
 * picture may have several names; the first that is there is read.
 */
record PictureFolder(Path root) {
  private static final Pattern ADDRESS = Pattern.compile("^https?://([^#]*).*", Pattern.DOTALL);
  private static final Pattern ELSEWHERE = Pattern.compile("^([/\\\\]|[A-Za-z]:[/\\\\]).*");

  /**
   * The picture with one of these names. An {@code http} address stands for a file below a folder
   * named after the host, as {@code wget -x} stores it.
   *
   * @throws InputException if a name leads out of the folder
   */
  Picture named(List<String> names) {
    List<Path> files = names.stream().map(this::locate).distinct().toList();
    return Picture.encoded(
        files.getFirst().toString(),
        () -> {
          for (Path file : files) {
            if (Files.exists(file)) {
              return Files.readAllBytes(file);
            }
          }
          throw new FileNotFoundException("there is no such file" + others(files));
        });
  }

  /** The picture with this name. */
  Picture named(String name) {
    return named(List.of(name));
  }

  /**
   * A picture of COCO. Of the years 2014 and 2015 its name is {@code COCO_<subset>_<12
   * digits>.jpg}, of 2017 only the digits; the pictures are the same.
   *
   * @param subset such as {@code val2014}
   */
  Picture coco(String subset, long id) {
    String digits = "%012d.jpg".formatted(id);
    var names = new ArrayList<String>();
    if (!subset.endsWith("2017")) {
      names.add("%s/COCO_%s_%s".formatted(subset, subset, digits));
      names.add("COCO_%s_%s".formatted(subset, digits));
    }
    String year2017 = subset.replaceAll("\\d{4}$", "2017");
    names.addAll(List.of(year2017 + "/" + digits, digits));
    names.addAll(List.of("train2017/" + digits, "val2017/" + digits, "test2017/" + digits));
    return named(names);
  }

  /** A picture of which a file name and perhaps an address are told, whose folder is the split. */
  Picture coco(String name, String address) {
    var names = new ArrayList<>(List.of(name));
    String[] steps = address.split("/", -1);
    if (steps.length > 1) {
      names.add(steps[steps.length - 2] + "/" + name);
    }
    var subset = Pattern.compile("COCO_(\\w+\\d{4})_\\d+\\.jpg").matcher(name);
    if (subset.matches()) {
      names.add(subset.group(1) + "/" + name);
    }
    for (String folder : List.of("train2017", "val2017")) {
      names.add(folder + "/" + name);
    }
    return named(names);
  }

  /** A picture of Visual Genome, which comes in two folders. */
  Picture visualGenome(String id) {
    return named(List.of(id + ".jpg", "VG_100K/" + id + ".jpg", "VG_100K_2/" + id + ".jpg"));
  }

  /**
   * The file or folder of this name.
   *
   * @throws InputException if the name leads out of the folder
   */
  Path locate(String name) {
    var address = ADDRESS.matcher(name);
    String local = address.matches() ? address.group(1) : name;
    if (local.isBlank() || ELSEWHERE.matcher(local).matches() || climbs(local)) {
      throw new InputException("picture '%s' is not within the folder of pictures".formatted(name));
    }
    try {
      return root.resolve(local);
    } catch (InvalidPathException e) {
      throw new InputException("picture '%s' is not the name of a file".formatted(name), e);
    }
  }

  private static boolean climbs(String name) {
    return List.of(name.split("[/\\\\]")).contains("..");
  }

  private static String others(List<Path> files) {
    return files.size() == 1 ? "" : ", nor " + files.subList(1, files.size());
  }
}
