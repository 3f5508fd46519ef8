/**
 * The annotation layouts in which public data sets are published, as samples.
 *
 * <p>One class reads one layout; {@link RecordFormats} lists them by name. An annotation file is
 * looked through once for where its records are, and each record is parsed when its sample is asked
 * for. Field names were checked against what is published about each set; what could not be checked
 * is marked {@code [unverified]}.
 */
@NullMarked
package io.vlm4j.data.records;

import org.jspecify.annotations.NullMarked;
