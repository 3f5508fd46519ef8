/** Where files far away are fetched from. */
@NullMarked
package io.vlm4j.data.store;

import org.jspecify.annotations.NullMarked;
