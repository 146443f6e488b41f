package io.bridge.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The virtual threads that live, which only a thread dump of the JDK lists. */
public final class VirtualThreads {

  /** {@code #31 "bridge-mono" virtual}, with more behind it on newer JDKs. */
  private static final Pattern LINE = Pattern.compile("^#\\d+ \"(bridge-[^\"]*)\" virtual.*");

  private VirtualThreads() {}

  /** Number and name of every virtual thread of bridge. */
  public static Set<String> ofBridge() {
    HotSpotDiagnosticMXBean diagnostics =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      Path folder = Files.createTempDirectory("threads");
      Path dump = folder.resolve("dump.txt");
      try {
        diagnostics.dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
        return read(dump);
      } finally {
        Files.deleteIfExists(dump);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> read(Path dump) throws IOException {
    try (Stream<String> lines = Files.lines(dump)) {
      return lines
          .map(LINE::matcher)
          .filter(Matcher::matches)
          .map(Matcher::group)
          .collect(Collectors.toSet());
    }
  }
}
