package io.bridge.benchmarks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * What one run of one row measured: in each round every benchmark once, in a JVM of its own, so
 * that each is compared with what ran beside it.
 *
 * @param row the id
 * @param command that measured it
 * @param commit of the sources
 * @param jdk that ran it
 * @param cores that it had
 * @param date of the run
 * @param rounds all of them
 */
record Results(
    String row,
    String command,
    String commit,
    String jdk,
    int cores,
    String date,
    List<Round> rounds) {

  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  /**
   * One operation.
   *
   * @param nanos the time of it, 0 where only memory is measured
   * @param bytes allocated, or held
   */
  record Figure(double nanos, double bytes) {}

  /**
   * One round.
   *
   * @param figures by the name of the benchmark, with its parameters
   */
  record Round(SortedMap<String, Figure> figures) {

    double time(String name) {
      return figure(name).nanos;
    }

    double bytes(String name) {
      return figure(name).bytes;
    }

    private Figure figure(String name) {
      Figure figure = figures.get(name);
      if (figure == null) {
        throw new NoSuchElementException(name);
      }
      return figure;
    }
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(row + ".json"), GSON.toJson(this) + "\n");
  }

  /** All rows of a folder, in their order. */
  static List<Results> readAll(Path folder) throws IOException {
    List<Results> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        all.add(GSON.fromJson(Files.readString(file), Results.class));
      }
    }
    all.sort(Comparator.comparingInt(results -> Integer.parseInt(results.row.substring(1))));
    return all;
  }
}
