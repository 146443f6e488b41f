package io.bridge.testkit;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What the two kinds of seeded violations share: checks that run beside each other, each answering
 * with a complaint or an empty string, and processes with a limit.
 */
final class Checks {

  private static final long LIMIT_SECONDS = 300;

  private Checks() {}

  /** Why a check does not hold. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }

  /** What a check does; it returns if it holds. */
  interface Step {
    void run() throws Exception;
  }

  /** How a process ended, and what it printed; one that was killed has {@link #KILLED}. */
  record Run(int status, String output) {

    static final int KILLED = -1;

    /** The last lines of what it printed. */
    String tail() {
      List<String> lines = output.lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }
  }

  /** A check that prints its name and time when it is done. */
  static Callable<String> check(String name, String what, Step step) {
    return () -> {
      long start = System.nanoTime();
      String complaint = "";
      try {
        step.run();
      } catch (Broken broken) {
        complaint = "%s: %s %s".formatted(name, what, broken.getMessage());
      }
      System.out.printf("%-45s %s, %.1f s%n", name, what, (System.nanoTime() - start) / 1e9);
      return complaint;
    };
  }

  /** Runs so many checks at a time; prints the complaints and returns them. */
  static List<String> run(List<Callable<String>> checks, int workers) throws Exception {
    List<String> complaints = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      for (Future<String> complaint : executor.invokeAll(checks)) {
        complaints.add(complaint.get());
      }
    }
    complaints.removeIf(String::isEmpty);
    complaints.forEach(complaint -> System.out.println("NOT CAUGHT: " + complaint));
    return complaints;
  }

  /** Runs a command to its end, which comes within the limit. */
  static Run start(List<String> command, Path workingFolder, Path logFolder)
      throws IOException, InterruptedException {
    Path log = logFolder.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .directory(workingFolder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()))
            .start();
    try {
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String output = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
      return ended
          ? new Run(process.exitValue(), output)
          : new Run(Run.KILLED, output + "\nwas killed after " + LIMIT_SECONDS + " s");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
