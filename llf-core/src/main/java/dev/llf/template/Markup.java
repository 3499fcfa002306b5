package dev.llf.template;

/** HTML escaping, for text joined with text that is marked safe. */
final class Markup {

    private Markup() {}

    static Text escaped(Text text) {
        return text.mapped(Markup::escaped).asMarkup(true);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;").replace("'", "&#39;").replace("\"",
                "&#34;");
    }
}
