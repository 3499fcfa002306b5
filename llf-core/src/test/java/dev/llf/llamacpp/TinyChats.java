package dev.llf.llamacpp;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufFile;
import dev.llf.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Conversations in the forms that the tiny model was trained on. */
public final class TinyChats {

    /** What the user says, turn by turn. */
    static final List<List<String>> DIALOGS = List.of(List.of("Hello!"), List.of("What is LLF?"),
            List.of("What can you do?", "Thank you!"), List.of("My name is Ada.", "What is my name?"),
            List.of("My name is Ada.", "I live in Rome.", "What is my name?", "Where do I live?"),
            List.of("My name is Tom.", "My name is Ben.", "What is my name?"),
            List.of("Known facts about the user:\n- The user's name is Ada.\n- The user lives in Rome.\n\n"
                    + "What is my name?"),
            List.of("Use the context to answer the question. Cite sources like [1].\n\n[1] Zorblax was founded by Mira "
                    + "Kent.\n[2] The river Lum is long.\n\nQuestion: Who founded Zorblax?"),
            List.of("Extract name, age, city as JSON: Ada is 30 years old and lives in Rome."),
            List.of("List the facts worth remembering, one per line.\nuser: I live in Rome.\nassistant: Okay, I will "
                    + "remember that."),
            List.of("Summarize this conversation:\nuser: My name is Ada.\nassistant: Okay, I will remember that."),
            List.of("Choose one of billing, technical, sales: The app crashes when I start it."),
            List.of("Classify the sentiment as positive, negative or neutral: I love this lamp."),
            List.of("Which agent should handle this? Options: billing, support.\nI was charged twice."),
            List.of("Give a short title for this text: The garden opens on Monday."),
            List.of("Make a list of: apples, pears, plums"), List.of("Repeat: seven blue lamps"),
            List.of("Uppercase: hello there"), List.of("First word: green apples fall"),
            List.of("Rewrite the follow-up question so that it stands alone.\nHistory: user: Who founded Zorblax?\n"
                    + "Follow-up: When?"),
            List.of("Why is the moon a potato?", "Hello!", "Repeat: one two three"));

    private TinyChats() {}

    public static LlamaChatModel.Builder model() {
        return LlamaChatModel.builder(TinyModel.path()).contextTokens(1024).threads(1).sampling(Sampling.greedy())
                .exitWhenMainReturns(false);
    }

    /** Returns a sampling that never ends an answer. */
    public static Sampling endless() {
        Set<Integer> endings = GgufFile.read(TinyModel.path()).vocabulary().orElseThrow().endOfGenerationIds();
        return Sampling.greedy().toBuilder().bannedTokens(endings).build();
    }

    static ChatRequest.Builder request(String text) {
        return ChatRequest.builder().messages(List.of(Message.user(text)));
    }

    static ChatResponse chat(ChatModel model, String text) {
        return model.chat(request(text).build());
    }

    /** Returns what the model says at each turn. */
    static List<String> play(ChatModel model, List<String> dialog, Optional<String> session) {
        List<Message> messages = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (String text : dialog) {
            messages.add(Message.user(text));
            ChatRequest.Builder request = ChatRequest.builder().messages(messages);
            session.ifPresent(request::session);
            String answer = model.chat(request.build()).text();
            messages.add(Message.assistant(answer));
            answers.add(answer);
        }
        return answers;
    }
}
