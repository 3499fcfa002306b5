package dev.llf.template;

import java.math.BigInteger;

/** What counts as true. */
final class Truth {

    private Truth() {}

    static boolean of(Object value) {
        return switch (value) {
            case Boolean flag -> flag;
            case Undefined undefined -> false;
            case None none -> false;
            case Text text -> !text.isEmpty();
            case Long number -> number != 0;
            case Double number -> number != 0;
            case BigInteger number -> number.signum() != 0;
            case Sequence sequence -> sequence.size() > 0;
            case Dict dict -> dict.size() > 0;
            case DictView view -> view.dict().size() > 0;
            case Range range -> range.size() > 0;
            default -> true;
        };
    }
}
