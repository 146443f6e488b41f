package io.bridge.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks, given {@code smoke}, {@code all}, {@code report} or the rows ({@code P2 P4});
 * before rows may stand {@code rounds=3} and {@code millis=200}, the number of rounds and the
 * length of an iteration.
 */
public final class Benchmarks {

  private static final Path FOLDER = Path.of("docs", "benchmarks");
  private static final List<String> ROWS =
      List.of("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13");
  private static final String MEMORY = "P8";
  private static final int ITERATIONS = 5;

  private final List<String> rows = new ArrayList<>();
  private int rounds = 10;
  private int millis = 300;
  private int suspended = 1_000_000;

  private Benchmarks() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    if (List.of(args).equals(List.of("smoke"))) {
      smoke();
      return;
    }
    Benchmarks benchmarks = new Benchmarks();
    for (String arg : args) {
      benchmarks.take(arg);
    }
    for (String row : benchmarks.rows) {
      benchmarks.measure(row).write(FOLDER);
    }
    Report.write(FOLDER);
    System.exit(0); // schedulers of the libraries are left
  }

  private void take(String arg) {
    String number = arg.substring(arg.indexOf('=') + 1);
    if (arg.startsWith("rounds=")) {
      rounds = Integer.parseInt(number);
    } else if (arg.startsWith("millis=")) {
      millis = Integer.parseInt(number);
    } else if (arg.startsWith("suspended=")) {
      suspended = Integer.parseInt(number);
    } else if (arg.equals("all")) {
      rows.addAll(ROWS);
    } else if (ROWS.contains(arg)) {
      rows.add(arg);
    } else if (!arg.equals("report")) {
      throw new IllegalArgumentException(arg + ": not smoke, all, report, or one of " + ROWS);
    }
  }

  /** Every benchmark once, in this JVM, with next to nothing to do: does it run at all. */
  private static void smoke() throws Exception {
    Collection<RunResult> results =
        new Runner(
                options(Pattern.quote(Benchmarks.class.getPackageName()) + "\\.P\\d+.*", 10)
                    .param("items", "1000")
                    .param("size", "1", "100")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    for (String kind : P8SuspendedMemory.KINDS) {
      double _ = P8SuspendedMemory.bytesOf(kind, 100);
    }
    System.out.println((results.size() + P8SuspendedMemory.KINDS.size()) + " benchmarks ran");
    System.exit(0); // schedulers of the libraries are left
  }

  private static ChainedOptionsBuilder options(String include, int millis) {
    TimeValue time = TimeValue.milliseconds(millis);
    return new OptionsBuilder()
        .include(include)
        .mode(Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .warmupTime(time)
        .measurementTime(time)
        .shouldFailOnError(true)
        .addProfiler(GCProfiler.class);
  }

  private Results measure(String row) throws Exception {
    List<Results.Round> measured = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      System.out.println("# " + row + ", round " + round + " of " + rounds);
      measured.add(new Results.Round(row.equals(MEMORY) ? memory() : times(row)));
    }
    return new Results(
        row,
        ("mvn -q -Pbenchmarks -Dquick verify -pl bridge-benchmarks -am"
                + " -Dbench='rounds=%d millis=%d suspended=%d %s'")
            .formatted(rounds, millis, suspended, row),
        commit(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        Runtime.getRuntime().availableProcessors(),
        LocalDate.now(ZoneOffset.UTC).toString(),
        measured);
  }

  /** The best iteration of each: the others had to share the machine. */
  private SortedMap<String, Results.Figure> times(String row) throws RunnerException {
    String include = Pattern.quote(Benchmarks.class.getPackageName() + "." + row) + "[A-Z].*";
    SortedMap<String, Results.Figure> figures = new TreeMap<>();
    Collection<RunResult> results =
        new Runner(
                options(include, millis)
                    .forks(1)
                    .warmupIterations(ITERATIONS)
                    .measurementIterations(ITERATIONS)
                    .build())
            .run();
    for (RunResult result : results) {
      Result<?> bytes =
          requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm"), "bytes");
      int items = items(result.getParams());
      figures.put(
          name(result.getParams()),
          new Results.Figure(
              result.getPrimaryResult().getStatistics().getMin() / items,
              bytes.getStatistics().getMin() / items));
    }
    return figures;
  }

  /** How many items an operation has, where the benchmark does not say so itself. */
  private static int items(BenchmarkParams params) {
    return params.getParamsKeys().contains("items")
        ? Integer.parseInt(params.getParam("items"))
        : 1;
  }

  private static String name(BenchmarkParams params) {
    String name = params.getBenchmark().substring(Benchmarks.class.getPackageName().length() + 1);
    for (String key : params.getParamsKeys()) {
      if (!key.equals("items")) {
        name += "[" + key + "=" + params.getParam(key) + "]";
      }
    }
    return name;
  }

  private SortedMap<String, Results.Figure> memory() throws IOException, InterruptedException {
    SortedMap<String, Results.Figure> figures = new TreeMap<>();
    for (String kind : P8SuspendedMemory.KINDS) {
      String java = ProcessHandle.current().info().command().orElse("java");
      String bytes =
          outputOf(
              java,
              "-Xmx6g",
              "-cp",
              System.getProperty("java.class.path"),
              P8SuspendedMemory.class.getName(),
              kind,
              String.valueOf(suspended));
      System.out.println(kind + ": " + bytes);
      String name = P8SuspendedMemory.class.getSimpleName() + ".memory_" + kind;
      figures.put(name, new Results.Figure(0, Double.parseDouble(bytes)));
    }
    return figures;
  }

  private static String commit() throws IOException, InterruptedException {
    return outputOf("git", "describe", "--always", "--dirty");
  }

  private static String outputOf(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).trim();
    if (process.waitFor() != 0) {
      throw new IOException(List.of(command) + " failed");
    }
    return output;
  }
}
