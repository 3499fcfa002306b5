package dev.llf.template;

/** A place in a template: line and column, counted from 1; 0 for no place. */
record Position(int line, int column) {

    static final Position NONE = new Position(0, 0);

    String described() {
        return line == 0 ? "" : ", line %d, column %d".formatted(line, column);
    }
}
