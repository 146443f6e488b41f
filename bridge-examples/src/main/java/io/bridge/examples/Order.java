package io.bridge.examples;

import java.util.ArrayList;
import java.util.List;

/** What a customer wants, and the card to pay with. */
record Order(int id, Card card, List<Line> lines) {

  /** So many pieces of one product. */
  record Line(int product, int quantity) {}

  Order {
    lines = List.copyOf(lines);
  }

  int pieces() {
    return lines.stream().mapToInt(Line::quantity).sum();
  }

  /** Returns this order as it travels over HTTP, for example {@code 17 GOOD 3:1 4:2}. */
  String toText() {
    StringBuilder text = new StringBuilder().append(id).append(' ').append(card);
    for (Line line : lines) {
      text.append(' ').append(line.product()).append(':').append(line.quantity());
    }
    return text.toString();
  }

  /** Reads what {@link #toText()} wrote. */
  static Order parse(String text) {
    List<String> words = List.of(text.split(" ", -1));
    List<Line> lines = new ArrayList<>();
    for (String word : words.subList(2, words.size())) {
      int colon = word.indexOf(':');
      int product = Integer.parseInt(word, 0, colon, 10);
      int quantity = Integer.parseInt(word, colon + 1, word.length(), 10);
      lines.add(new Line(product, quantity));
    }
    return new Order(Integer.parseInt(words.get(0)), Card.valueOf(words.get(1)), lines);
  }
}
