/** LLF tools; its parts arrive with a later release. */
module dev.llf.tools {
    requires transitive dev.llf.core;
    requires org.jspecify;
}
