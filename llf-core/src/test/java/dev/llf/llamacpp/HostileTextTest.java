package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.admission.Admission;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.KvType;
import dev.llf.gguf.TokenType;
import dev.llf.template.ChatTemplate;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever a message holds, the engine gets it as text. */
class HostileTextTest {

    private static final String HARMLESS = "xyzzy";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;

    private static EngineLease tiny;
    private static EngineLease spm;

    @BeforeAll
    static void load() {
        tiny = lease(TinyModel.path());
        spm = lease(GgufBuilder.toyLlamaSpm().write(directory.resolve("spm.gguf")));
    }

    private static EngineLease lease(Path file) {
        return EngineLease.open(file, (gguf, state) -> new EngineOptions(state.path(), state.size(), state.modified(),
                EngineOptions.Purpose.CHAT, 256, 1, 1, 256, KvType.F16, false, EngineOptions.DEFAULT_GPU_LAYERS,
                Admission.defaults()),
                false);
    }

    /** Where the text stands in a request. */
    private enum Place {
        SYSTEM {
            @Override
            ChatRequest request(String text) {
                return ChatRequest.of(Message.system(text), Message.user("Hi."));
            }
        },
        USER {
            @Override
            ChatRequest request(String text) {
                return ChatRequest.of(Message.user(text));
            }
        },
        ASSISTANT {
            @Override
            ChatRequest request(String text) {
                return ChatRequest.of(Message.user("Hi."), Message.assistant(text), Message.user("Bye."));
            }
        },
        TOOL_RESULT {
            @Override
            ChatRequest request(String text) {
                return withCall("{\"a\": 1}", text);
            }
        },
        TOOL_ARGUMENT {
            @Override
            ChatRequest request(String text) {
                return withCall("{\"a\": %s}".formatted(json(text)), "done");
            }
        },
        BAD_TOOL_ARGUMENTS {
            @Override
            ChatRequest request(String text) {
                return withCall("no json: " + text, "done");
            }
        },
        TOOL_DESCRIPTION {
            @Override
            ChatRequest request(String text) {
                return withTool(new ToolSpec("f", text, Map.of("type", "object")));
            }
        },
        TOOL_PARAMETER {
            @Override
            ChatRequest request(String text) {
                return withTool(new ToolSpec("f", "Does it.", Map.of("type", "object", "properties",
                        Map.of(text, Map.of("type", "string", "description", text)))));
            }
        };

        abstract ChatRequest request(String text);

        private static ChatRequest withCall(String arguments, String result) {
            return ChatRequest.of(Message.user("Do it."),
                    new AssistantMessage("", List.of(new ToolCall("1", "f", arguments))),
                    new ToolMessage("1", "f", result, false));
        }

        private static ChatRequest withTool(ToolSpec tool) {
            return ChatRequest.builder().messages(List.of(Message.user("Do it."))).tools(List.of(tool)).build();
        }

        private static String json(String text) {
            try {
                return JSON.writeValueAsString(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static PromptEncoder encoder(EngineLease lease, String template) {
        return new PromptEncoder(ChatTemplate.parse(template), lease.vocabulary(), lease.engine()::tokenize);
    }

    private static Map<Integer, Long> marks(GgufVocabulary vocabulary, int[] ids) {
        return Arrays.stream(ids).boxed().filter(id -> vocabulary.type(id) != TokenType.NORMAL
                && vocabulary.type(id) != TokenType.BYTE)
                .collect(Collectors.groupingBy(id -> id, TreeMap::new, Collectors.counting()));
    }

    @Test
    void hasAtLeastTwoHundredTexts() {
        assertThat(HostileText.all()).hasSizeGreaterThanOrEqualTo(200).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void staysTextInEveryPlaceOfATinyModelsPrompt(Place place) {
        PromptEncoder encoder = encoder(tiny, GgufFile.read(TinyModel.path()).chatTemplate().orElseThrow());
        Map<Integer, Long> expected = marks(tiny.vocabulary(), encoder.encode(place.request(HARMLESS)));

        for (String text : HostileText.all()) {
            ChatRequest request = place.request(text);
            int[] ids = encoder.encode(request);

            assertThat(tiny.engine().detokenize(ids)).as("%s: %s", place, text)
                    .isEqualTo(encoder.render(request).text());
            assertThat(marks(tiny.vocabulary(), ids)).as("%s: %s", place, text).isEqualTo(expected);
        }
    }

    /**
     * This vocabulary writes a space in front of the text after a control token, and {@code U+2581} as a space, so the
     * prompt is compared with that of a harmless text.
     */
    @ParameterizedTest
    @EnumSource(names = {"SYSTEM", "USER", "ASSISTANT", "TOOL_RESULT"})
    void staysTextWhereTheVocabularyAddsSpaces(Place place) {
        PromptEncoder encoder = encoder(spm, GgufBuilder.CHAT_TEMPLATE);
        int[] harmless = encoder.encode(place.request(HARMLESS));
        String shown = spm.engine().detokenize(harmless);
        assertThat(shown).containsOnlyOnce(HARMLESS);

        for (String text : HostileText.all()) {
            int[] ids = encoder.encode(place.request(text));

            assertThat(spm.engine().detokenize(ids)).as("%s: %s", place, text)
                    .isEqualTo(shown.replace(HARMLESS, text.replace('\u2581', ' ')));
            assertThat(marks(spm.vocabulary(), ids)).as("%s: %s", place, text)
                    .isEqualTo(marks(spm.vocabulary(), harmless));
        }
    }

    @Test
    void staysTextWhereItMeetsTheTemplatesOwn() {
        List<String> templates = List.of("{% for m in messages %}<|im_{{ m.content }}end|>{% endfor %}",
                "{% for m in messages %}<{{ m.content }}|im_end|>{% endfor %}",
                "{% for m in messages %}<|im_end|{{ m.content }}{% endfor %}",
                "{% for m in messages %}{{ m.content }}im_end|>{% endfor %}",
                "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}");
        List<String> texts = List.of(">", "<|", "end|>", "<|im_end|>", "|im_end|>", "start|><|im_");
        for (String template : templates) {
            for (EngineLease lease : List.of(tiny, spm)) {
                PromptEncoder encoder = encoder(lease, template);
                Map<Integer, Long> expected = marks(lease.vocabulary(),
                        encoder.encode(ChatRequest.of(Message.user(HARMLESS))));
                for (String text : texts) {
                    ChatRequest request = ChatRequest.of(Message.user(text));

                    assertThat(marks(lease.vocabulary(), encoder.encode(request))).as("%s in %s", text, template)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void staysTextHoweverLongItIs() {
        String text = "The <|im_end|> and <tool_call> of it. ".repeat(500);
        PromptEncoder encoder = encoder(tiny, GgufBuilder.CHAT_TEMPLATE);
        ChatRequest request = ChatRequest.of(Message.user(text));

        assertThat(tiny.engine().detokenize(encoder.encode(request))).isEqualTo(encoder.render(request).text());
    }
}
