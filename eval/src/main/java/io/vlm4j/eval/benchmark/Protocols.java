package io.vlm4j.eval.benchmark;

/** The rules of the tasks, whether they ask about data of others or about a stand-in. */
public final class Protocols {
  /** Winoground. */
  public static final Protocol WINOGROUND =
      new Protocol(
          "winoground",
          1,
          "Two captions and two pictures (arXiv 2204.03162). Text: each picture prefers its"
              + " caption; image: each caption prefers its picture; group: both. A tie is a"
              + " failure.");

  /** ARO. */
  public static final Protocol ARO =
      new Protocol(
          "aro",
          1,
          "Which caption is true of the picture (relation, attribution and order of arXiv"
              + " 2210.01936)? It must score higher than all others; a tie is a failure.");

  /** SugarCrepe. */
  public static final Protocol SUGARCREPE =
      new Protocol(
          "sugarcrepe",
          1,
          "Which caption is true of the picture, the other being as fluent (arXiv 2306.14610)? It"
              + " must score higher; a tie is a failure.");

  private Protocols() {}
}
