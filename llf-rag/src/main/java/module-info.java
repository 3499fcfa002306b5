/** LLF rag; its parts arrive with a later release. */
module dev.llf.rag {
    requires transitive dev.llf.core;
    requires org.jspecify;
}
