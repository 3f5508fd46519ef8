package io.vlm4j.data.sink;

import io.vlm4j.data.Part.Attachment;
import io.vlm4j.data.Picture;
import io.vlm4j.data.SampleJson;
import io.vlm4j.io.AtomicFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of one sample, beside the record that names them. */
final class SampleFiles implements SampleJson.Store {
  private final Path folder;
  private final String stem;
  private int count;

  /**
   * Files of a sample.
   *
   * @param folder of the data set
   * @param stem what the files are called within it, without an ending
   */
  SampleFiles(Path folder, String stem) {
    this.folder = folder;
    this.stem = stem;
  }

  @Override
  public String keep(Picture picture) {
    byte[] bytes = picture.bytes();
    return write(bytes, Contents.format(picture, bytes).ending());
  }

  @Override
  public String keep(Attachment attachment) {
    return write(Contents.read(attachment), attachment.name());
  }

  private String write(byte[] bytes, String ending) {
    String name = stem + (count == 0 ? "" : "." + count) + "." + ending;
    count++;
    AtomicFiles.writeFile(folder.resolve(name), path -> Files.write(path, bytes));
    return name;
  }
}
