package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.SpecialToken;
import dev.llf.gguf.TokenType;
import dev.llf.template.ChatTemplate;
import dev.llf.template.Rendered;
import dev.llf.template.TemplateException;
import dev.llf.template.TrustedText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request into the token ids that the engine evaluates: renders the model's own template and tokenises the
 * result so that foreign text stays text. What it returns is all there is, so its length is the exact count.
 *
 * <p>The prompts of a session build on each other. Where a rendered prompt begins with an earlier one of its session, text and
 * origin alike, its ids begin with the ids of that one, and only what follows is tokenised, behind a cut: that is where
 * the engine's answer began, whatever would merge across that place in a text tokenised as a whole. So the ids of a
 * request depend on what the session asked before; without a session, or after it was forgotten, the text is tokenised
 * as a whole. Of each session the latest prompt is remembered, and the ends of those that it begins with.
 *
 * <p>Safe for use by many threads.
 */
final class PromptEncoder {

    /** How much is remembered of all sessions, texts and ids; those that were not used for longest are forgotten. */
    static final long MAX_SESSION_BYTES = 32L << 20;

    private static final int SESSION_BYTES = 400;
    private static final int[] NO_IDS = {};
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> OBJECT = new TypeReference<>() {};

    private final ChatTemplate template;
    private final SafeTokenizer tokenizer;
    private final TrustedText bosText;
    private final TrustedText eosText;
    private final OptionalInt leadingBos;
    private final RecentlyUsed<String, EncodedPrompt> sessions = new RecentlyUsed<>(MAX_SESSION_BYTES,
            (session, prompt) -> 2L * session.length() + prompt.bytes() + SESSION_BYTES);

    PromptEncoder(ChatTemplate template, GgufVocabulary vocabulary, Function<String, int[]> engine) {
        this.template = template;
        tokenizer = new SafeTokenizer(engine, controlTexts(vocabulary), special(vocabulary),
                vocabulary.addsSpacePrefix());
        bosText = text(vocabulary, SpecialToken.BOS);
        eosText = text(vocabulary, SpecialToken.EOS);
        leadingBos = vocabulary.addsBos() ? vocabulary.id(SpecialToken.BOS) : OptionalInt.empty();
    }

    private static TrustedText text(GgufVocabulary vocabulary, SpecialToken role) {
        OptionalInt id = vocabulary.id(role);
        return new TrustedText(id.isPresent() ? vocabulary.text(id.getAsInt()) : "");
    }

    /**
     * Returns the texts that foreign text must not turn into tokens: all that the engine takes out of text before it splits
     * words. Of the tokens that the model's author added, only those that look like markup: the others are words, spaces
     * and the like.
     */
    static List<String> controlTexts(GgufVocabulary vocabulary) {
        List<String> texts = new ArrayList<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenType type = vocabulary.type(id);
            if (type == TokenType.CONTROL || type == TokenType.UNKNOWN) {
                texts.add(vocabulary.text(id));
            } else if (type == TokenType.USER_DEFINED && isMarkup(vocabulary.text(id))) {
                texts.add(vocabulary.text(id));
            }
        }
        return texts;
    }

    private static boolean isMarkup(String text) {
        return text.length() > 2 && (isBetween(text, "<", ">") || isBetween(text, "[", "]"));
    }

    private static boolean isBetween(String text, String open, String close) {
        return text.startsWith(open) && text.endsWith(close);
    }

    /** Returns the texts of all tokens that the engine takes out of text before it splits words. */
    private static List<String> special(GgufVocabulary vocabulary) {
        return IntStream.range(0, vocabulary.size()).filter(id -> switch (vocabulary.type(id)) {
            case CONTROL, UNKNOWN, USER_DEFINED -> true;
            default -> false;
        }).mapToObj(vocabulary::text).filter(text -> !text.isEmpty()).toList();
    }

    /**
     * Returns the ids of the request's prompt, not to be written to, and remembers them for the session's next request.
     *
     * @throws TemplateException if the model's template refuses the messages
     */
    int[] encode(ChatRequest request) {
        EncodedPrompt prompt = prompt(request);
        request.session().ifPresent(session -> sessions.put(session, prompt));
        return prompt.ids();
    }

    /**
     * Returns how many ids {@link #encode} would return now. Leaves the session as it is.
     *
     * @throws TemplateException if the model's template refuses the messages
     */
    int count(ChatRequest request) {
        return prompt(request).ids().length;
    }

    /** Returns the ids of an answer as they follow a prompt; a control text in it is the token that the engine showed. */
    int[] answer(String text) {
        return Objects.requireNonNullElse(tokenizer.tokenizeBehindCut(text, 0, (from, to) -> -1), NO_IDS);
    }

    private EncodedPrompt prompt(ChatRequest request) {
        PromptText text = new PromptText(render(request));
        EncodedPrompt latest = request.session().map(sessions::get).orElse(null);
        EncodedPrompt continued = latest == null ? null : continued(latest, text);
        return continued == null ? EncodedPrompt.whole(text, whole(text)) : continued;
    }

    private @Nullable EncodedPrompt continued(EncodedPrompt latest, PromptText text) {
        int cut = latest.cutsSharedWith(text) - 1;
        if (cut < 0 || latest.textCut(cut) == 0) {
            return null;
        }
        int start = latest.textCut(cut);
        int[] more = start == text.text().length() ? NO_IDS : tokenizer.tokenizeBehindCut(text.text(), start, text);
        return more == null ? null : latest.continued(cut, text, more);
    }

    private int[] whole(PromptText text) {
        int[] ids = tokenizer.tokenize(text.text(), text);
        if (leadingBos.isEmpty() || (ids.length > 0 && ids[0] == leadingBos.getAsInt())) {
            return ids;
        }
        int[] withBos = new int[ids.length + 1];
        withBos[0] = leadingBos.getAsInt();
        System.arraycopy(ids, 0, withBos, 1, ids.length);
        return withBos;
    }

    Rendered render(ChatRequest request) {
        List<Message> messages = request.messages();
        try {
            return render(messages, request.tools());
        } catch (TemplateException e) {
            List<Message> plainer = Alternation.apply(messages);
            if (!e.raised() || plainer.equals(messages)) {
                throw e;
            }
            return render(plainer, request.tools());
        }
    }

    private Rendered render(List<Message> messages, List<ToolSpec> tools) {
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("messages", messages.stream().map(PromptEncoder::value).toList());
        if (!tools.isEmpty()) {
            context.put("tools", tools.stream().map(PromptEncoder::value).toList());
        }
        context.put("bos_token", bosText);
        context.put("eos_token", eosText);
        context.put("add_generation_prompt", true);
        return template.render(context);
    }

    private static Map<String, Object> value(Message message) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("role", new TrustedText(message.role().templateName()));
        value.put("content", message.text());
        switch (message) {
            case AssistantMessage assistant when !assistant.toolCalls().isEmpty() -> value.put("tool_calls",
                    assistant.toolCalls().stream().map(PromptEncoder::value).toList());
            case ToolMessage tool -> {
                value.put("name", tool.name());
                value.put("tool_call_id", tool.callId());
            }
            default -> {
            }
        }
        return value;
    }

    private static Map<String, Object> value(ToolCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments(call.arguments()));
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("id", call.id());
        value.put("type", new TrustedText("function"));
        value.put("function", function);
        return value;
    }

    /** Templates expect the arguments as a mapping; what is no JSON object goes back to the model as it wrote it. */
    private static Object arguments(String json) {
        try {
            return Objects.requireNonNullElse(JSON.readValue(json, OBJECT), json);
        } catch (JsonProcessingException e) {
            return json;
        }
    }

    private static Map<String, Object> value(ToolSpec tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        function.put("parameters", tool.parameters());
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("type", new TrustedText("function"));
        value.put("function", function);
        return value;
    }

    /** For templates that know no system message, or demand that user and assistant alternate. */
    static final class Alternation {

        private static final String SEPARATOR = "\n\n";

        private Alternation() {}

        /** Puts the system text in front of the first user message and joins neighbours of the same role. */
        static List<Message> apply(List<Message> messages) {
            List<Message> result = new ArrayList<>();
            for (Message message : messages) {
                Message next = message.role() == Role.SYSTEM ? Message.user(message.text()) : message;
                Message last = result.isEmpty() ? null : result.getLast();
                if (last != null && canJoin(last, next)) {
                    result.set(result.size() - 1, join(last, next));
                } else {
                    result.add(next);
                }
            }
            return result;
        }

        private static boolean canJoin(Message last, Message next) {
            return last.role() == next.role() && (next.role() == Role.USER || (isText(last) && isText(next)));
        }

        private static boolean isText(Message message) {
            return message instanceof AssistantMessage assistant && assistant.toolCalls().isEmpty();
        }

        private static Message join(Message last, Message next) {
            String text = last.text() + SEPARATOR + next.text();
            return next.role() == Role.USER ? Message.user(text) : Message.assistant(text);
        }
    }
}
