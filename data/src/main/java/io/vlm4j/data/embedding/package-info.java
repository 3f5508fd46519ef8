/** Folders of embeddings, as clip-retrieval lays them out. */
@NullMarked
package io.vlm4j.data.embedding;

import org.jspecify.annotations.NullMarked;
