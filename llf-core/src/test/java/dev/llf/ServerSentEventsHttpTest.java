package dev.llf;

import com.sun.net.httpserver.HttpServer;
import dev.llf.ServerSentEvents.Outcome;
import dev.llf.chat.ChatModel;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.error.EngineException;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Events over a real connection to a real server. */
@Timeout(60)
class ServerSentEventsHttpTest {

    private static final String FAMILY = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67";

    private final BlockingQueue<ReplyStream> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() throws Exception {
        client.shutdownNow();
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        workers.close();
    }

    private Llf open(ChatModel model) {
        Llf llf = Llf.builder().model(model).build();
        opened.add(llf);
        return llf;
    }

    /** Serves a conversation of its own to each request. */
    private URI serve(Llf llf, ServerSentEvents events) throws IOException, URISyntaxException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(workers);
        server.createContext("/", exchange -> {
            try (exchange; ReplyStream stream = llf.conversation().stream(exchange.getRequestURI().getQuery())) {
                streams.add(stream);
                exchange.getResponseHeaders().set("Content-Type", ServerSentEvents.CONTENT_TYPE);
                ServerSentEvents.headers().forEach(exchange.getResponseHeaders()::set);
                exchange.sendResponseHeaders(200, 0);
                outcomes.add(events.write(stream, exchange.getResponseBody()));
            }
        });
        server.start();
        opened.add(() -> server.stop(0));
        return new URI("http", null, server.getAddress().getAddress().getHostAddress(), server.getAddress().getPort(),
                "/", null, null);
    }

    private HttpResponse<InputStream> ask(URI server, String question) throws IOException, InterruptedException {
        URI uri = URI.create(server + "?" + question.replace(" ", "%20"));
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void sendsWhatTheModelWritesCharacterByCharacter() throws Exception {
        String[] tokens = {"Gr\u00FC\u00DFe, ", FAMILY, "\n", "\r\n\r\n", "data: no\n\n", "\u2028\u0085",
            "\u0000\u20AC"};
        URI server = serve(open(ScriptedChatModel.replyingTokens(tokens)), ServerSentEvents.standard());

        HttpResponse<InputStream> response = ask(server, "q");
        List<SseParser.Event> events = new SseParser(response.body()).rest();

        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream; charset=utf-8");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(response.headers().firstValue("X-Accel-Buffering")).contains("no");
        assertThat(events).extracting(SseParser.Event::name).containsExactly("token", "token", "token", "token",
                "token", "token", "token", "usage", "done");
        assertThat(SseParser.text(events)).isEqualTo(String.join("", tokens));
        assertThat(outcomes.take()).isInstanceOfSatisfying(Outcome.Delivered.class,
                delivered -> assertThat(delivered.reply().text()).isEqualTo(SseParser.text(events)));
    }

    @Test
    void sendsTokensAsTheyAreWritten() throws Exception {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        HttpResponse<InputStream> response = ask(serve(open(model), ServerSentEvents.standard()), "q");
        SseParser parser = new SseParser(response.body());

        assertThat(parser.next().orElseThrow().text("text")).isEqualTo("one");
        model.release();

        assertThat(parser.rest()).extracting(SseParser.Event::name).containsExactly("token", "usage", "done");
    }

    @Test
    void cancelsTheTurnOfAClientThatHasGone() throws Exception {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        URI server = serve(open(model), ServerSentEvents.standard().withHeartbeat(Duration.ofMillis(1)));
        HttpResponse<InputStream> response = ask(server, "q");
        SseParser parser = new SseParser(response.body());
        assertThat(parser.next().orElseThrow().text("text")).isEqualTo("one");

        response.body().close();

        assertThat(outcomes.take()).isInstanceOf(Outcome.ClientGone.class);
        assertThat(streams.take().reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void tellsThatATurnFailedInTheMiddle() throws Exception {
        ScriptedChatModel model = ScriptedChatModel.replying("one two")
                .andFailing(new EngineException("engine: /secret/path is out of order"));

        HttpResponse<InputStream> response = ask(serve(open(model), ServerSentEvents.standard()), "q");
        List<SseParser.Event> events = new SseParser(response.body()).rest();

        assertThat(events).extracting(SseParser.Event::name).containsExactly("token", "token", "error");
        assertThat(events.getLast().text("code")).isEqualTo("engine");
        assertThat(events.getLast().data()).doesNotContain("secret");
        assertThat(outcomes.take()).isInstanceOf(Outcome.Failed.class);
    }

    @Test
    void tellsThatATurnWasCancelled() throws Exception {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        HttpResponse<InputStream> response = ask(serve(open(model), ServerSentEvents.standard()), "q");
        SseParser parser = new SseParser(response.body());
        assertThat(parser.next().orElseThrow().text("text")).isEqualTo("one");

        streams.take().cancel();

        List<SseParser.Event> rest = parser.rest();
        assertThat(rest).extracting(SseParser.Event::name).containsExactly("usage", "done");
        assertThat(rest.getLast().text("finishReason")).isEqualTo("cancelled");
    }

    @Test
    void servesManyAtOnce() throws Exception {
        Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build();
        opened.add(llf);
        URI server = serve(llf, ServerSentEvents.standard());
        String expected = llf.chat("What is LLF?").text();

        List<Future<List<SseParser.Event>>> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            answers.add(workers.submit(() -> new SseParser(ask(server, "What is LLF?").body()).rest()));
        }

        for (Future<List<SseParser.Event>> answer : answers) {
            List<SseParser.Event> events = answer.get();
            assertThat(SseParser.text(events)).isEqualTo(expected);
            assertThat(events.getLast().name()).isEqualTo("done");
            assertThat(events.getLast().text("finishReason")).isEqualTo("stop");
            assertThat(events).extracting(event -> Integer.parseInt(event.id()))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, events.size()).boxed().toList());
        }
    }
}
