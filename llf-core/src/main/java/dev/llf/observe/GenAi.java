package dev.llf.observe;

/**
 * The names that OpenTelemetry's semantic conventions for generative AI give to spans, attributes and metrics, and ours for
 * what they do not name. The conventions are unstable: when they move, this is the place to follow.
 */
final class GenAi {

    // Spans
    static final String INVOKE_AGENT = "invoke_agent";
    static final String CHAT = "chat";
    static final String EXECUTE_TOOL = "execute_tool";

    // Attributes
    static final String OPERATION_NAME = "gen_ai.operation.name";
    static final String PROVIDER_NAME = "gen_ai.provider.name";
    /** The conventions have no word for models inside the process. */
    static final String PROVIDER = "llf";
    static final String CONVERSATION_ID = "gen_ai.conversation.id";
    static final String REQUEST_MODEL = "gen_ai.request.model";
    static final String FINISH_REASONS = "gen_ai.response.finish_reasons";
    static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";
    static final String CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens";
    static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
    static final String TOOL_NAME = "gen_ai.tool.name";
    static final String TOOL_CALL_ID = "gen_ai.tool.call.id";
    static final String TOOL_ARGUMENTS = "gen_ai.tool.call.arguments";
    static final String TOOL_RESULT = "gen_ai.tool.call.result";
    static final String ERROR_TYPE = "error.type";
    static final String EXCEPTION = "exception";
    static final String EXCEPTION_TYPE = "exception.type";
    static final String EXCEPTION_MESSAGE = "exception.message";

    // Metrics
    static final String OPERATION_DURATION = "gen_ai.client.operation.duration";
    static final String TOKEN_USAGE = "gen_ai.client.token.usage";
    static final String TOKEN_TYPE = "gen_ai.token.type";
    static final String FIRST_TOKEN = "gen_ai.server.time_to_first_token";

    // Ours: spans
    static final String QUEUE = "queue";
    static final String RECALL = "recall";
    static final String RETRIEVE = "retrieve";
    static final String PLAN = "plan";
    static final String WAIT = "wait";
    static final String PREFILL = "prefill";
    static final String DECODE = "decode";
    static final String TOOLS = "tools";
    static final String COMMIT = "commit";
    static final String FIRST_TOKEN_EVENT = "first_token";

    // Ours: attributes and metrics
    static final String OUTCOME = "llf.outcome";
    static final String TENANT = "llf.tenant";
    static final String ROUND = "llf.round";
    static final String ROUTE_STRATEGY = "llf.route.strategy";
    static final String ROUTE_REASON = "llf.route.reason";
    static final String MEMORIES = "llf.memories";
    static final String PASSAGES = "llf.passages";
    static final String CONTEXT_TOKENS = "llf.context.tokens";
    static final String PROMPT_TOKENS_OF = "llf.prompt.tokens.";
    static final String OMITTED_TURNS = "llf.omitted_turns";
    static final String TOOLS_OFFERED = "llf.tools.offered";
    static final String TOOL_FAILED = "llf.tool.failed";
    static final String ANSWER = "llf.answer";
    static final String EVENTS_DROPPED = "llf.events.dropped";
    static final String QUEUE_WAIT = "llf.request.queue_wait";
    static final String TOOL_CALLS = "llf.tools.calls";
    static final String TOOL_DURATION = "llf.tools.duration";
    static final String TOKENS_CACHED = "llf.tokens.cached";
    static final String PREFILL_RATE = "llf.prompt.eval_tokens_per_second";
    static final String DECODE_RATE = "llf.decode.tokens_per_second";

    private GenAi() {}
}
