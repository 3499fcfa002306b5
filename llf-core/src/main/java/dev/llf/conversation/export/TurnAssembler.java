package dev.llf.conversation.export;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.conversation.json.ConversationJson;
import dev.llf.conversation.json.UnreadableJsonException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes whole turns of messages as they come. */
final class TurnAssembler {

    private static final String MODEL = "imported";
    private static final String NO_RESULT = "The imported conversation has no result of this call.";
    private static final JsonMapper MAPPER = JsonMapper.builder(ConversationJson.factory()).build();

    private final String idPrefix;
    private final ImportWarnings warnings;
    private final boolean own;
    private final List<Turn> turns = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private final List<String> system = new ArrayList<>();

    private @Nullable ForeignMessage question;
    private final List<Message> messages = new ArrayList<>();
    /** The calls that wait for their results. */
    private final Map<String, ToolCall> open = new LinkedHashMap<>();
    private Optional<String> model = Optional.empty();
    private Instant time;
    private int madeCalls;

    /**
     * Creates an assembler.
     *
     * @param idPrefix begins the ids that are made up
     * @param own      whether what LLF wrote about turns is to be believed
     * @param time     when the first turn began if nothing says so
     */
    TurnAssembler(String idPrefix, boolean own, Instant time, ImportWarnings warnings) {
        this.idPrefix = idPrefix;
        this.own = own;
        this.time = time;
        this.warnings = warnings;
    }

    void add(ForeignMessage message) {
        switch (message.role()) {
            case SYSTEM -> system.add(message.text());
            case USER -> {
                end();
                begin(message, Message.user(message.text()));
            }
            case ASSISTANT -> addAnswer(message);
            case TOOL -> addResult(message);
        }
    }

    /** Ends the last turn. */
    List<Turn> turns() {
        end();
        return turns;
    }

    Optional<String> system() {
        return system.isEmpty() ? Optional.empty() : Optional.of(String.join("\n\n", system));
    }

    private void begin(ForeignMessage first, Message message) {
        question = first;
        messages.add(message);
        model = Optional.empty();
    }

    private void addAnswer(ForeignMessage message) {
        if (question == null) {
            warnings.add("an answer before any question got an empty question");
            begin(message, Message.user(""));
        }
        answerOpenCalls();
        List<ToolCall> calls = new ArrayList<>();
        for (ForeignMessage.Call each : message.calls()) {
            ToolCall call = new ToolCall(callId(each), each.name(), each.arguments());
            open.put(call.id(), call);
            calls.add(call);
        }
        messages.add(new AssistantMessage(message.text(), calls));
        model = message.model().or(() -> model);
    }

    private String callId(ForeignMessage.Call call) {
        if (call.id().isPresent() && !open.containsKey(call.id().get())) {
            return call.id().get();
        }
        warnings.add("a tool call without an id of its own got one");
        String id;
        do {
            id = "call_" + ++madeCalls;
        } while (open.containsKey(id));
        return id;
    }

    private void addResult(ForeignMessage message) {
        Optional<ToolCall> call = message.callId().isPresent()
                ? message.callId().map(open::get)
                : open.values().stream()
                        .filter(each -> message.name().map(each.name()::equals).orElse(open.size() == 1)).findFirst();
        if (call.isEmpty()) {
            warnings.add("a tool result without an open call was dropped");
            return;
        }
        open.remove(call.get().id());
        messages.add(new ToolMessage(call.get().id(), message.name().orElse(call.get().name()), message.text(),
                message.error()));
    }

    private void answerOpenCalls() {
        for (ToolCall call : open.values()) {
            warnings.add("a tool call without a result got an error as its result");
            messages.add(new ToolMessage(call.id(), call.name(), NO_RESULT, true));
        }
        open.clear();
    }

    private void end() {
        if (question == null) {
            return;
        }
        answerOpenCalls();
        boolean answered = messages.getLast() instanceof AssistantMessage;
        if (!answered) {
            warnings.add("a question without an answer got an empty one");
            messages.add(Message.assistant(""));
        }
        time = question.time().orElse(time);
        Optional<String> parent = turns.isEmpty() ? Optional.empty() : Optional.of(turns.getLast().id());
        Turn turn = own && question.turn().isPresent()
                ? described(question, question.turn().get(), parent)
                : new Turn(newId(), parent, time, messages, answered ? FinishReason.STOP : FinishReason.CANCELLED,
                        Usage.NONE, model.orElse(MODEL));
        turns.add(turn);
        messages.clear();
        question = null;
    }

    private String newId() {
        String id;
        int number = turns.size();
        do {
            id = idPrefix + "-" + ++number;
        } while (!ids.add(id));
        return id;
    }

    /** Everything but messages and parent comes from the description, read as the store reads turns. */
    private Turn described(ForeignMessage first, ObjectNode description, Optional<String> parent) {
        ArrayNode silence = MAPPER.createArrayNode();
        silence.addObject().put("role", "user").put("content", "");
        silence.addObject().put("role", "assistant").put("content", "");
        description.set("messages", silence);
        description.putNull("parent");
        if (!description.has("startedAt")) {
            description.put("startedAt", time.toString());
        }
        Turn shell;
        try {
            shell = ConversationJson.readTurn(MAPPER.treeAsTokens(description));
        } catch (UnreadableJsonException e) {
            throw first.fault("the message's turn is none, at " + e.path() + ": " + e.fault());
        } catch (IOException e) {
            throw new ImportException("cannot read what was read already", e);
        }
        String id = shell.id();
        if (!ids.add(id)) {
            warnings.add("a turn with the id of another got a new one");
            id = newId();
        }
        time = shell.startedAt();
        return new Turn(id, parent, shell.startedAt(), messages, shell.finishReason(), shell.usage(), shell.model(),
                shell.metadata());
    }
}
