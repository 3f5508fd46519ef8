/** Training: one loop for every system, its budget, its run folder, its checkpoints. */
@NullMarked
package io.vlm4j.train;

import org.jspecify.annotations.NullMarked;
