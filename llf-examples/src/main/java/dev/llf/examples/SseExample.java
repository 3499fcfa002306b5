package dev.llf.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.ReplyStream;
import dev.llf.ServerSentEvents;
import dev.llf.chat.Sampling;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** A conversation behind the JDK's web server, on this machine only, and a client that reads the events as they come. */
public final class SseExample {

    private SseExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     * @throws IOException          if there can be no server
     * @throws InterruptedException if interrupted while the client waits
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build();
                ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newHttpClient()) {
            Conversation talk = llf.conversation();
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/chat", exchange -> answer(talk, exchange));
            server.setExecutor(workers); // an answer keeps a thread until its end
            server.start();
            try {
                ask(client, server.getAddress().getPort(), "My name is Ada.");
                ask(client, server.getAddress().getPort(), "What is my name?");
            } finally {
                server.stop(0);
            }
        }
    }

    private static void answer(Conversation talk, HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        try (exchange; ReplyStream stream = talk.stream(query.substring("q=".length()))) {
            exchange.getResponseHeaders().set("Content-Type", ServerSentEvents.CONTENT_TYPE);
            ServerSentEvents.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(200, 0);
            ServerSentEvents.standard().write(stream, exchange.getResponseBody());
        }
    }

    private static void ask(HttpClient client, int port, String question) throws IOException, InterruptedException {
        String query = URLEncoder.encode(question, StandardCharsets.UTF_8).replace("+", "%20");
        URI uri = URI.create("http://localhost:%d/chat?q=%s".formatted(port, query));
        System.out.println("GET " + uri.getRawPath() + "?" + uri.getRawQuery());
        try (Stream<String> lines = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofLines()).body()) {
            lines.forEach(System.out::println);
        }
    }
}
