module consumer {
    requires dev.llf.core;
    requires dev.llf.tools;
    requires dev.llf.memory;
    requires dev.llf.rag;
}
