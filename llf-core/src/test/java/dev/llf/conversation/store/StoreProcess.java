package dev.llf.conversation.store;

import dev.llf.conversation.json.RandomEntries;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.survival.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Main program of a child JVM: appends until it is killed and prints each revision that it was granted. */
public final class StoreProcess {

    static final String ID = "talk";
    static final String REFUSED = "refused";

    private StoreProcess() {}

    static Process start(Path directory) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-cp",
                ChildJvm.classPath(), StoreProcess.class.getName(), directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** The entries that stand from a revision on; two of three calls have several. */
    static List<ConversationEntry> call(long revision) {
        return new RandomEntries(revision).entries(1 + (int) (revision % 3));
    }

    public static void main(String[] arguments) {
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(Path.of(arguments[0]))) {
            long revision = store.read(ID).size();
            while (true) {
                List<ConversationEntry> call = call(revision);
                store.append(ID, revision, call);
                revision += call.size();
                System.out.println(revision);
            }
        } catch (StorageException e) {
            System.out.println(REFUSED + " " + e.getMessage());
        }
    }
}
