package io.bridge.testkit;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the JDK's thread dump says of its threads and their groups, which it calls containers. The
 * text form has no groups, so this reads the other one, of which only these few fields are the same
 * in each JDK.
 */
public final class ThreadDump {

  /** The group of threads that were started without one. */
  public static final String ROOT = "<root>";

  /**
   * One thread.
   *
   * @param id its id
   * @param name its name
   * @param group the name of its group
   */
  public record Listed(long id, String name, String group) {}

  /** Fields of groups and threads; a frame of a stack is no field. */
  private static final Pattern FIELD =
      Pattern.compile(
          "\"(container|parent|tid|name)\"\\s*:\\s*(?:null|\"((?:[^\"\\\\]|\\\\.)*)\")");

  private final Map<String, String> parents = new HashMap<>();
  private final List<Listed> threads = new ArrayList<>();

  private ThreadDump(String json) {
    String group = ROOT;
    long id = 0;
    Matcher field = FIELD.matcher(json);
    while (field.find()) {
      String value = field.group(2) == null ? "" : field.group(2);
      switch (field.group(1)) {
        case "container" -> group = value.replace("\\/", "/");
        case "parent" -> parents.put(group, value);
        case "tid" -> id = Long.parseLong(value);
        default -> threads.add(new Listed(id, value, group));
      }
    }
  }

  /** Made by this process. */
  public static ThreadDump now() {
    return by(file ->
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), ThreadDumpFormat.JSON));
  }

  /** The program, which a runtime image without development tools does not have. */
  public static Path jcmd() {
    return Path.of(System.getProperty("java.home"), "bin", "jcmd");
  }

  /** Of this process, by {@code jcmd}. */
  public static ThreadDump byJcmd() {
    return by(file -> {
      Process process =
          new ProcessBuilder(
                  jcmd().toString(),
                  Long.toString(ProcessHandle.current().pid()),
                  "Thread.dump_to_file",
                  "-format=json",
                  file.toString())
              .redirectErrorStream(true)
              .redirectOutput(file.resolveSibling("said").toFile())
              .start();
      if (!process.waitFor(Eventually.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("jcmd hangs");
      }
      if (!Files.exists(file)) {
        throw new AssertionError(Files.readString(file.resolveSibling("said")));
      }
    });
  }

  private interface Dumper {
    void dumpTo(Path file) throws IOException, InterruptedException;
  }

  private static ThreadDump by(Dumper dumper) {
    try {
      Path folder = Files.createTempDirectory("threads");
      Path file = folder.resolve("dump.json"); // it must not exist
      try {
        dumper.dumpTo(file);
        return new ThreadDump(Files.readString(file));
      } finally {
        Files.deleteIfExists(file);
        Files.deleteIfExists(folder.resolve("said"));
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("the test's own thread was interrupted", e);
    }
  }

  /** The thread with this id; fails if the dump does not list it. */
  public Listed thread(long id) {
    return threads.stream()
        .filter(thread -> thread.id() == id)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no thread #" + id + " in " + threads));
  }

  /** The threads of a group. */
  public List<Listed> group(String name) {
    return threads.stream().filter(thread -> thread.group().equals(name)).toList();
  }

  /** The groups that there are, and for each the one that it is in; none for the outermost. */
  public Map<String, String> parents() {
    return parents;
  }
}
