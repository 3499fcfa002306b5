package dev.llf.examples.bench;

import java.util.List;
import java.util.stream.IntStream;

/** What the extractions read: of a form, and of words, that TinyModel was trained on. */
record Order(String customer, String product, int quantity, int price) {

    private static final List<String> CUSTOMERS = List.of("Ada", "Boris", "Carla", "Diego", "Elena", "Farid", "Alice",
            "Emma", "Daniel", "Clara");
    private static final List<String> PRODUCTS = List.of("lamp", "camera", "laptop", "phone", "printer",
            "scanner", "speaker", "heater", "kettle", "scooter");

    /** Returns the values of as many different texts. */
    static List<Order> some(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Order(CUSTOMERS.get(i % 10),
                PRODUCTS.get(i / 10 % 10), 2 + i % 47, 3 + i * 7 % 900)).toList();
    }

    /** Returns the text that says it. */
    String text() {
        return "%s ordered %d %ss for %d dollars.".formatted(customer, quantity, product, price);
    }
}
