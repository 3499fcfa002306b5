package dev.llf.conversation.store;

/**
 * Where a conversation ends in its file.
 *
 * @param revision   how many entries there are
 * @param length     bytes up to the end of the last whole line
 * @param fileLength bytes of the file; more than {@code length} if something is to be cut off, -1 if that is not known
 *                   because a write failed
 */
record End(long revision, long length, long fileLength) {

    static final End NONE = new End(0, 0, 0);

    boolean isTorn() {
        return fileLength != length;
    }

    boolean hasFailed() {
        return fileLength < 0;
    }

    End failed() {
        return new End(revision, length, -1);
    }

    End plus(int entries, int bytes) {
        return new End(revision + entries, length + bytes, length + bytes);
    }
}
