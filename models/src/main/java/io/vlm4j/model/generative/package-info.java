/** Models that write texts or draw pictures: one file a system. */
@NullMarked
package io.vlm4j.model.generative;

import org.jspecify.annotations.NullMarked;
