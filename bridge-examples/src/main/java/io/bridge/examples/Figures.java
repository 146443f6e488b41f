package io.bridge.examples;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A number for each {@link Figure}; what was never set is 0. */
final class Figures {

  private final Map<Figure, Long> values = new EnumMap<>(Figure.class);

  void set(Figure figure, long value) {
    values.put(figure, value);
  }

  long get(Figure figure) {
    return values.getOrDefault(figure, 0L);
  }

  /** The figures in which this and {@code other} differ. */
  List<Figure> differences(Figures other) {
    return Stream.of(Figure.values()).filter(figure -> get(figure) != other.get(figure)).toList();
  }
}
