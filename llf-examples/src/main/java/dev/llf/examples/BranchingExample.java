package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.MergeStrategy;
import dev.llf.chat.Sampling;
import dev.llf.chat.Turn;
import dev.llf.conversation.Branch;
import dev.llf.conversation.BranchComparison;
import dev.llf.conversation.ConversationStatistics;
import dev.llf.testing.TinyModel;
import java.util.List;

/**
 * A conversation as a tree: two branches from one turn, compared and merged; turns taken back and brought back; a question
 * asked again.
 */
public final class BranchingExample {

    private BranchingExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            Conversation main = llf.conversation();
            String first = main.send("My name is Ada.").turn().id();
            main.send("I live in Rome.");
            ask(main, "Where do I live?");

            Conversation other = main.fork("oslo", first); // goes on from the first turn
            other.send("I live in Oslo.");
            other.send("My hobby is chess.");
            ask(other, "Where do I live?");
            compare(main.tree().compare("main", "oslo"));

            main.undo(); // the question is gone ...
            System.out.println("\nafter undo, main ends with: " + lastQuestion(main));
            main.redo(); // ... and back
            System.out.println("after redo, main ends with: " + lastQuestion(main));
            main.regenerate(); // both answers are in the tree, the new one is on the branch
            System.out.printf("after regenerate there are %d answers to that question%n",
                    main.tree().following(main.turns().getLast().parent().orElseThrow()).size());

            Conversation copied = main.fork("copied");
            show("merged turn by turn", copied.merge("oslo", MergeStrategy.TURNS));
            ask(copied, "What is my hobby?");
            Conversation summed = main.fork("summed");
            show("merged as a summary", summed.merge("oslo", MergeStrategy.SUMMARY));

            show(main.tree().branches(), main.tree().statistics());
        }
    }

    private static void ask(Conversation branch, String question) {
        System.out.printf("%-7s %s %s%n", branch.branch() + ":", question, branch.send(question).text());
    }

    private static String lastQuestion(Conversation branch) {
        return branch.turns().getLast().question().text();
    }

    private static void compare(BranchComparison parted) {
        System.out.println("\nboth:      " + parted.commonAncestor().map(turn -> turn.question().text()).orElse("-"));
        parted.onlyInA().forEach(turn -> System.out.println("only main: " + turn.question().text()));
        parted.onlyInB().forEach(turn -> System.out.println("only oslo: " + turn.question().text()));
    }

    private static void show(String what, List<Turn> turns) {
        System.out.println("\n" + what + ":");
        turns.forEach(turn -> System.out.println("  " + turn.question().text().replace("\n", "\n  ")));
    }

    private static void show(List<Branch> branches, ConversationStatistics statistics) {
        System.out.println("\nbranches:");
        branches.forEach(branch -> System.out.printf("  %-7s %d turns%n", branch.name(), branch.turns()));
        System.out.printf("%d turns in the tree, %d places where it parts, %d ends; longest path %d turns%n",
                statistics.turns(), statistics.branchPoints(), statistics.leaves(), statistics.depth());
        System.out.printf("%d prompt tokens, %d of them not evaluated again; %d tokens of answers%n",
                statistics.promptTokens(), statistics.cachedTokens(), statistics.completionTokens());
    }
}
