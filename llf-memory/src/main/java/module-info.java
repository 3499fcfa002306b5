/** LLF memory; its parts arrive with a later release. */
module dev.llf.memory {
    requires transitive dev.llf.core;
    requires org.jspecify;
}
