/** The command line: one class a command, and the demo. */
@NullMarked
package io.vlm4j.cli;

import org.jspecify.annotations.NullMarked;
