package dev.llf.conversation.search;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Transcript;
import dev.llf.error.CancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.llf.conversation.search.Conversations.START;
import static dev.llf.conversation.search.Conversations.marked;
import static dev.llf.conversation.search.Conversations.search;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ConversationSearchTest {

    private static final Transcript TOOLS = new Transcript("tools", Optional.of("Speak of the weather"), Map.of(),
            List.of(Conversations.turn(1, Message.user("How is the weather?"),
                    new AssistantMessage("", List.of(new ToolCall("1", "weather", "{}"))),
                    new ToolMessage("1", "weather", "weather: rain", false),
                    Message.assistant("The weather is wet."))));

    private static List<Role> rolesOf(SearchResult result) {
        return result.hits().stream().map(SearchHit::role).toList();
    }

    @Test
    void findsWordsInAnyOrderWhateverTheirCase() {
        assertThat(marked("The quick brown FOX", "fox quick")).containsExactly("quick", "FOX");
        assertThat(marked("The quick brown FOX", "fox slow")).isEmpty();
        assertThat(marked("foxtrot", "  fox ")).containsExactly("fox");
    }

    @Test
    void findsPhrasesWhateverWhiteSpaceSeparatesTheirWords() {
        assertThat(marked("a quick\n\n  brown\tfox", "\"quick brown fox\"")).containsExactly("quick\n\n  brown\tfox");
        assertThat(marked("brown quick", "\"quick brown\"")).isEmpty();
        assertThat(marked("a quick brown fox", "fox \"quick  brown\"")).containsExactly("quick brown", "fox");
        assertThat(marked("a quick brown fox", "“quick brown” fox")).containsExactly("quick brown", "fox");
    }

    @Test
    void takesAnOpenQuoteToTheEndBecauseSomebodyIsTyping() {
        assertThat(marked("a quick brown fox; brown or quick", "\"quick bro")).containsExactly("quick bro");
    }

    @Test
    void looksForQuotationMarksIfTheWholeTextIsAPhrase() {
        assertThat(marked("say \"yes\" or say yes", SearchQuery.builder(" \"yes\" ").phrase(true)))
                .containsExactly("\"yes\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\"\"", "\" \" \"", "\n\u00A0"})
    void findsNothingForABlankQuery(String text) {
        SearchQuery query = SearchQuery.of(text);

        assertThat(query.isBlank()).isTrue();
        assertThat(ConversationSearch.search(Conversations.said("  \"\" text"), query)).isEqualTo(SearchResult.EMPTY);
        assertThat(ConversationSearch.searchAll(List.of(TOOLS), query)).isEqualTo(SearchResult.EMPTY);
        assertThat(ConversationIndex.of(TOOLS).search(query)).isEqualTo(SearchResult.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+$", "[", "\\E.*\\Q", "*", "%_", "$1", "\\"})
    void takesSpecialCharactersLiterally(String text) {
        assertThat(marked("before " + text + " after", text)).containsExactly(text);
        assertThat(marked("before and after", text)).isEmpty();
    }

    @Test
    void countsMessagesAndOccurrences() {
        Transcript transcript = Conversations.of("c", "cat cat", "dog", "Cat", "catcat cat");

        SearchResult result = ConversationSearch.search(transcript, SearchQuery.builder("cat").limit(1).build());

        assertThat(result.totalMessages()).isEqualTo(3);
        assertThat(result.totalOccurrences()).isEqualTo(6);
        assertThat(result.hits()).hasSize(1);
        assertThat(result.truncated()).isTrue();
        assertThat(ConversationSearch.search(transcript, SearchQuery.of("cat")).truncated()).isFalse();
    }

    @Test
    void countsTheSameBeyondTheLimit() {
        String[] texts = {"ßS s", "e\u0301 e s ss", "s\n\ns", "S s S", "\uD83D\uDC69\u200D\uD83D\uDC67 s"};
        for (String query : List.of("s", "ss", "e", "s e", "\uD83D\uDC69")) {
            for (String text : texts) {
                Transcript transcript = Conversations.of("c", text, text);
                SearchResult all = ConversationSearch.search(transcript, SearchQuery.of(query));
                SearchResult one = ConversationSearch.search(transcript, SearchQuery.builder(query).limit(1).build());

                assertThat(one.totalOccurrences()).as("%s in %s", query, text).isEqualTo(all.totalOccurrences())
                        .isEqualTo(all.hits().stream().mapToInt(hit -> hit.ranges().size()).sum());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"e", "E t", "e \u00e9", "k", "\u212B", "ss", "\u00df", "s", "i", "th e", "e th \" t\"",
        "\uD83D\uDE00 e"})
    void countsAnyQueryBeyondTheLimitAsWithin(String text) {
        List<String> texts = new ArrayList<>(List.of("the \u00e9tat of e\u0301tat e", "\u212B \u00c5 A\u030A e t k",
                "Stra\u00dfe STRASSE e t", "\u0130I\u0131i e", "\uFB03 e t", "e \uD83D\uDE00e th t", "\u212A k K e t",
                "e  t\n\ntthe", "te".repeat(5000)));
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            texts.add(texts.get(random.nextInt(9)).substring(random.nextInt(5)) + texts.get(random.nextInt(8)));
        }
        texts.replaceAll(each -> Character.isLowSurrogate(each.charAt(0)) ? each.substring(1) : each);
        Transcript transcript = Conversations.of("c", texts.toArray(String[]::new));
        for (boolean exact : new boolean[] {false, true}) {
            SearchQuery.Builder query = SearchQuery.builder(text).caseSensitive(exact);

            SearchResult all = ConversationSearch.search(transcript, query.limit(SearchQuery.MAX_LIMIT).build());
            SearchResult few = ConversationSearch.search(transcript, query.limit(1).build());

            assertThat(few.totalMessages()).isEqualTo(all.totalMessages());
            assertThat(few.totalOccurrences()).isEqualTo(all.totalOccurrences());
            assertThat(all.hits()).hasSize(all.totalMessages());
        }
    }

    @Test
    void findsEquivalentCharactersWhereCaseMatters() {
        SearchQuery.Builder angstrom = SearchQuery.builder("\u00c5").caseSensitive(true);

        assertThat(marked("5 \u212B, 6 \u00c5, 7 A\u030A, 8 \u00e5", angstrom))
                .containsExactly("\u212B", "\u00c5", "A\u030A");
        assertThat(marked("5 \u212B", angstrom)).containsExactly("\u212B");
    }

    @Test
    void tellsWhereToJumpTo() {
        Transcript transcript = Conversations.of("c", "one", "two", "three", "four five");

        SearchHit hit = ConversationSearch.search(transcript, SearchQuery.of("five")).hits().getFirst();

        assertThat(hit).isEqualTo(new SearchHit("c", Optional.of("t2"), 2, 1, Role.ASSISTANT,
                Optional.of(START.plus(Duration.ofDays(1))), "four five", List.of(new TextRange(5, 9)),
                List.of(new TextRange(5, 9))));
    }

    @Test
    void filtersByMessageAndNotByTurn() {
        Transcript transcript = Conversations.of("c", "rain", "rain rain", "sun", "rain");

        SearchResult user = ConversationSearch.search(transcript, SearchQuery.builder("rain").roles(Role.USER).build());
        SearchResult model = ConversationSearch.search(transcript,
                SearchQuery.builder("rain").roles(Role.ASSISTANT).build());

        assertThat(rolesOf(user)).containsExactly(Role.USER);
        assertThat(user.totalOccurrences()).isEqualTo(1);
        assertThat(rolesOf(model)).containsExactly(Role.ASSISTANT, Role.ASSISTANT);
    }

    @Test
    void looksAtToolsAndTheSystemTextOnlyWhenAsked() {
        SearchResult usual = ConversationSearch.search(TOOLS, SearchQuery.of("weather"));
        SearchResult all = ConversationSearch.search(TOOLS,
                SearchQuery.builder("weather").roles(Role.values()).build());

        assertThat(rolesOf(usual)).containsExactly(Role.USER, Role.ASSISTANT);
        assertThat(rolesOf(all)).containsExactly(Role.SYSTEM, Role.USER, Role.TOOL, Role.ASSISTANT);
        assertThat(all.hits().getFirst().turnId()).isEmpty();
        assertThat(all.hits().getFirst().turnNumber()).isZero();
        assertThat(all.hits().get(2).messageIndex()).isEqualTo(2);
        assertThat(ConversationIndex.of(TOOLS).search(SearchQuery.builder("weather").roles(Role.values()).build()))
                .isEqualTo(all);
    }

    @Test
    void looksAtTurnsOfATimeOnly() {
        Transcript transcript = Conversations.of("c", "x", "", "x", "", "x", "", "x");
        SearchQuery query = SearchQuery.builder("x").from(START.plus(Duration.ofDays(1)))
                .to(START.plus(Duration.ofDays(3))).build();

        assertThat(ConversationSearch.search(transcript, query).hits()).extracting(SearchHit::turnNumber)
                .containsExactly(2, 3);
    }

    @Test
    void leavesOutTheSystemTextWhereATimeIsAskedFor() {
        SearchQuery query = SearchQuery.builder("weather").roles(Role.SYSTEM, Role.USER).from(START).build();

        assertThat(rolesOf(ConversationSearch.search(TOOLS, query))).containsExactly(Role.USER);
    }

    @Test
    void tellsCaseApartWhenAsked() {
        assertThat(marked("Java java JAVA", SearchQuery.builder("java").caseSensitive(true))).containsExactly("java");
        assertThat(marked("Straße STRASSE", SearchQuery.builder("Straße").caseSensitive(true)))
                .containsExactly("Straße");
        assertThat(marked("Caf\u00E9 CAFE\u0301 cafe\u0301", SearchQuery.builder("caf\u00E9").caseSensitive(true)))
                .containsExactly("cafe\u0301");
        assertThat(marked("New\nYork new york", SearchQuery.builder("\"New York\"").caseSensitive(true)))
                .containsExactly("New\nYork");
        assertThat(marked("a A", SearchQuery.builder("a A").caseSensitive(true))).containsExactly("a", "A");
    }

    @Test
    void findsWholeWordsWhenAsked() {
        assertThat(marked("cat concat cats cat_1 CAT, cat", SearchQuery.builder("cat").wholeWord(true)))
                .containsExactly("cat", "CAT", "cat");
        assertThat(marked("c++ c++11 objc++", SearchQuery.builder("c++").wholeWord(true)))
                .containsExactly("c++", "c++");
        assertThat(marked("\uD835\uDC00cat", SearchQuery.builder("cat").wholeWord(true))).isEmpty();
        assertThat(marked("a big cat's catalogue", SearchQuery.builder("\"big cat\"").wholeWord(true)))
                .containsExactly("big cat");
    }

    @ParameterizedTest
    @CsvSource({"Straße,STRASSE", "STRASSE,straße", "STRAẞE,strasse", "ΟΔΥΣΣΕΥΣ,οδυσσευς", "οδυσσευς,ΟΔΥΣΣΕΥΣ",
        "ΣΊΣΥΦΟΣ,σίσυφος", "İstanbul,istanbul", "ISTANBUL,ıstanbul", "i\u0307stanbul,İSTANBUL", "ﬁle,FILE",
        "ΐ,\u03AA\u0301", "Ǆ,ǆ", "K,k", "Å,å", "Москва,МОСКВА", "𐐀,𐐨", "ſ,S", "caf\u00E9,CAFE\u0301",
        "CAFE\u0301,caf\u00E9", "\u1112\u1161\u11AB,\uD55C", "ა,Ა"})
    void comparesWithoutCaseInAllScripts(String text, String query) {
        assertThat(marked("a" + text + "b", query)).containsExactly(text);
        assertThat(marked("a" + query + "b", text)).containsExactly(query);
    }

    @Test
    void marksTheOriginalWhereFoldingChangesLengths() {
        assertThat(marked("ßßß Fuß\n\n\nfest ﬃx", "fest")).containsExactly("fest");
        assertThat(marked("ßßß Fuß\n\n\nfest ﬃx", "fuss")).containsExactly("Fuß");
        assertThat(marked("ßßß Fuß\n\n\nfest ﬃx", "\"s f\"")).containsExactly("ß F", "ß\n\n\nf");
        assertThat(marked("ßßß Fuß\n\n\nfest ﬃx", "x")).containsExactly("x");
        assertThat(marked("ß", "s")).containsExactly("ß");
    }

    @Test
    void keepsCharactersWhole() {
        String family = "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67";
        assertThat(marked("a " + family + " b", "\uD83D\uDC69")).containsExactly(family);
        assertThat(marked("q\u0323x", "q")).containsExactly("q\u0323");
        assertThat(marked("e\u0301e", "e")).containsExactly("e");
        assertThat(marked("\uD83D\uDE00\uD83D\uDE00", "\uD83D\uDE00")).containsExactly("\uD83D\uDE00", "\uD83D\uDE00");
    }

    @Test
    void joinsMatchesThatOverlapAndNoOthers() {
        assertThat(marked("foobar", "foob bar")).containsExactly("foobar");
        assertThat(marked("aaaa", "aa")).containsExactly("aa", "aa");
        assertThat(marked("foobar", "foo bar")).containsExactly("foo", "bar");
        assertThat(marked("foo", "foo FOO Foo")).containsExactly("foo");
    }

    @Test
    void listsABoundedNumberOfMatchesAndCountsAll() {
        SearchResult result = search("x ".repeat(3_000), "x");

        assertThat(result.totalOccurrences()).isEqualTo(3_000);
        assertThat(result.hits().getFirst().ranges()).hasSize(SearchHit.MAX_RANGES);
    }

    @Test
    void searchesManyConversationsInOrder() {
        List<Transcript> transcripts = List.of(Conversations.of("b", "x y", "x"), Conversations.of("a", "x"));
        SearchQuery query = SearchQuery.builder("x").limit(2).build();

        SearchResult result = ConversationSearch.searchAll(transcripts, query);

        assertThat(result.totalMessages()).isEqualTo(3);
        assertThat(result.hits()).extracting(SearchHit::conversationId).containsExactly("b", "b");
        assertThat(ConversationSearch.searchIndexes(transcripts.stream().map(ConversationIndex::of).toList(), query))
                .isEqualTo(result);
    }

    @Test
    void endsWhenItsThreadIsInterrupted() {
        String[] texts = new String[1_000];
        Arrays.fill(texts, "text");
        Transcript transcript = Conversations.of("c", texts);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> ConversationSearch.search(transcript, SearchQuery.of("text")))
                    .isInstanceOf(CancelledException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void survivesRepetitiveTextsAndQueries() {
        String text = "a".repeat(1_000_000) + "b";

        assertThat(marked(text, "a".repeat(999) + "b")).containsExactly("a".repeat(999) + "b");
        assertThat(marked(text, "a".repeat(999) + "c")).isEmpty();
        assertThat(marked(text, SearchQuery.builder("a".repeat(1_000)).wholeWord(true))).isEmpty();
        assertThat(marked(text, SearchQuery.builder("A".repeat(1_000)).caseSensitive(true))).isEmpty();
        assertThat(search(text, "a".repeat(1_000)).totalOccurrences()).isEqualTo(1_000);
        assertThat(search("e" + "\u0301".repeat(100_000) + "x", "x").totalOccurrences()).isEqualTo(1);
    }

    @Test
    void findsLongTermsWhereASimpleSearchFindsThem() {
        String text = "abab".repeat(30) + "c" + "ab".repeat(40) + "c" + "ab".repeat(20) + "cab";
        for (String term : List.of("ab".repeat(20), "ab".repeat(20) + "c", "ab".repeat(17) + "cab", "ba".repeat(18))) {
            List<Integer> expected = new ArrayList<>();
            for (int at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length())) {
                expected.add(at);
            }
            List<TextRange> found = search(text, term).hits().stream().flatMap(hit -> hit.ranges().stream()).toList();

            assertThat(found).as(term).extracting(TextRange::start).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void refusesWhatIsOutOfBounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> SearchQuery.of("x".repeat(1_001)))
                .withMessageContaining("1001").withMessageContaining("1000");
        assertThatIllegalArgumentException().isThrownBy(() -> SearchQuery.of("\uD83D"));
        assertThatIllegalArgumentException().isThrownBy(() -> SearchQuery.builder("x").roles().build());
        assertThatIllegalArgumentException().isThrownBy(() -> SearchQuery.builder("x").limit(0).build());
        assertThatIllegalArgumentException().isThrownBy(() -> SearchQuery.builder("x").limit(10_001).build());
        assertThatIllegalArgumentException().isThrownBy(() -> SearchQuery.builder("x").snippetChars(15).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SearchQuery.builder("x").from(START).to(START.minusNanos(1)).build());
        assertThatIllegalArgumentException().isThrownBy(() -> new TextRange(2, 2));
        assertThat(SearchQuery.of("x".repeat(1_000)).isBlank()).isFalse();
    }

    @Test
    void foldsEveryCharacterToWhatStaysFolded() {
        List<String> unstable = Collections.synchronizedList(new ArrayList<>());
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                String once = FoldedText.of(Character.toString(codePoint)).text();
                if (!FoldedText.of(once).text().equals(once)) {
                    unstable.add(Integer.toHexString(codePoint));
                }
            }
        }
        assertThat(unstable).isEmpty();
    }
}
