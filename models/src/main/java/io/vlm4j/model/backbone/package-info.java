/** Language models that others are built upon. */
@NullMarked
package io.vlm4j.model.backbone;

import org.jspecify.annotations.NullMarked;
