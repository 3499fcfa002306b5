package dev.llf.models;

/**
 * What the models of a pool may take together.
 *
 * @param bytes  memory
 * @param models how many may be loaded
 */
record Limits(long bytes, int models) {

    static final Limits NONE = new Limits(Long.MAX_VALUE, Integer.MAX_VALUE);

    /** Tells whether something fits beside what there is, if something of that goes. */
    boolean allow(Space used, Space gone, Need need) {
        return fitsCount(used, gone, need) && fitsBudget(used, gone, need) && need.fitsMachine(gone);
    }

    private boolean fitsCount(Space used, Space gone, Need need) {
        return used.models() - gone.models() + need.space().models() <= models;
    }

    private boolean fitsBudget(Space used, Space gone, Need need) {
        return used.bytes() - gone.bytes() + need.closedBytes() + need.space().bytes() <= bytes;
    }
}
