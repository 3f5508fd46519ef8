/** Questions about pictures, with answers that are true because the pictures were made so. */
@NullMarked
package io.vlm4j.data.questions;

import org.jspecify.annotations.NullMarked;
