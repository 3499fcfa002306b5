package dev.llf.observe.analytics;

import java.util.ArrayList;
import java.util.List;

/** Reads what RFC 4180 describes, strictly. */
final class Csv {

    private Csv() {}

    static List<List<String>> read(String text) {
        List<List<String>> records = new ArrayList<>();
        List<String> record = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            boolean quoted = text.charAt(i) == '"';
            i += quoted ? 1 : 0;
            while (quoted ? text.charAt(i) != '"' || text.startsWith("\"\"", i)
                    : ",\r\n\"".indexOf(text.charAt(i)) < 0) {
                field.append(text.charAt(i));
                i += quoted && text.charAt(i) == '"' ? 2 : 1;
            }
            i += quoted ? 1 : 0;
            record.add(field.toString());
            field.setLength(0);
            if (text.startsWith("\r\n", i)) {
                records.add(List.copyOf(record));
                record.clear();
                i += 2;
            } else if (text.charAt(i) == ',') {
                i++;
            } else {
                throw new AssertionError("neither a comma nor a line end at " + i);
            }
        }
        return records;
    }
}
