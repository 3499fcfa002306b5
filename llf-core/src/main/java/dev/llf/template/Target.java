package dev.llf.template;

import java.util.List;

/** What a value can be assigned to. */
sealed interface Target {

    Position at();

    record ToName(String name, Position at) implements Target {}

    record ToTuple(List<Target> items, Position at) implements Target {}

    record ToAttribute(String namespace, String attribute, Position at) implements Target {}
}
