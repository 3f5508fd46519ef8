package io.vlm4j.data.questions;

import java.util.random.RandomGenerator;

/**
 * Makes the questions of one kind in blocks, in which every answer is right once to the same
 * question: who does not see the pictures is right once a block, whatever is answered.
 */
interface Asker {
  /** Number of answers, and so of questions in a block. */
  int answers();

  /**
   * One question.
   *
   * @param answer which one is right, from 0 to {@link #answers} less one
   * @param block chance that all questions of the block share: it decides what is asked
   * @param own chance of this question: it decides how the picture looks
   * @param name of the picture
   */
  Asked ask(int answer, RandomGenerator block, RandomGenerator own, String name);
}
