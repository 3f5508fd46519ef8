/** Two-tower models: one file a system. */
@NullMarked
package io.vlm4j.model.contrastive;

import org.jspecify.annotations.NullMarked;
