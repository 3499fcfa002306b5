package dev.llf.gguf;

import dev.llf.error.ModelFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class GgufVocabularyTest {

    @TempDir Path directory;

    @Test
    void readsTheVocabularyOfTheTinyModel() {
        GgufVocabulary tiny = GgufFile.read(RawFile.tiny()).vocabulary().orElseThrow();

        assertThat(tiny.kind()).isEqualTo(TokenizerKind.BPE);
        assertThat(tiny.preTokenizer()).contains("qwen2");
        assertThat(tiny.size()).isEqualTo(3072);
        int end = tiny.id(SpecialToken.EOS).orElseThrow();
        assertThat(tiny.text(end)).isEqualTo("<|im_end|>");
        assertThat(tiny.find("<|im_end|>")).hasValue(end);
        assertThat(tiny.type(end)).isEqualTo(TokenType.CONTROL);
        assertThat(tiny.type(tiny.find("<tool_call>").orElseThrow())).isEqualTo(TokenType.USER_DEFINED);
        assertThat(tiny.type(tiny.find("a").orElseThrow())).isEqualTo(TokenType.NORMAL);
        assertThat(tiny.endOfGenerationIds()).containsExactlyInAnyOrder(end, tiny.find("<|endoftext|>").orElseThrow());
        assertThat(tiny.addsBos()).isFalse();
        assertThat(tiny.addsEos()).isFalse();
        assertThat(tiny.addsSpacePrefix()).isFalse();
        assertThat(tiny.texts()).hasSize(3072).doesNotHaveDuplicates();
    }

    @Test
    void takesTheDefaultsOfSentencePiece() {
        GgufVocabulary spm = vocabulary(GgufBuilder.toyLlamaSpm());

        assertThat(spm.kind()).isEqualTo(TokenizerKind.SPM);
        assertThat(spm.id(SpecialToken.BOS)).hasValue(1);
        assertThat(spm.id(SpecialToken.EOS)).hasValue(2);
        assertThat(spm.id(SpecialToken.UNKNOWN)).hasValue(0);
        assertThat(spm.id(SpecialToken.PADDING)).isEmpty();
        assertThat(spm.addsBos()).isTrue();
        assertThat(spm.addsSpacePrefix()).isTrue();
        assertThat(spm.type(3)).isEqualTo(TokenType.BYTE);
        assertThat(spm.score(259)).isEqualTo(-259);
        assertThat(spm.endOfGenerationIds()).containsExactly(2, spm.size() - 1);
    }

    @Test
    void letsTheFileOverrideTheDefaults() {
        GgufVocabulary spm = vocabulary(GgufBuilder.toyLlamaSpm().bool("tokenizer.ggml.add_bos_token", false)
                .bool("tokenizer.ggml.add_eos_token", true).bool("tokenizer.ggml.add_space_prefix", false)
                .u32("tokenizer.ggml.eos_token_id", 7));

        assertThat(spm.addsBos()).isFalse();
        assertThat(spm.addsEos()).isTrue();
        assertThat(spm.addsSpacePrefix()).isFalse();
        assertThat(spm.id(SpecialToken.EOS)).hasValue(7);
    }

    /** Files carry 4294967295 for "no padding"; llama.cpp warns and takes the default. */
    @Test
    void takesTheDefaultForAnIdOutsideTheVocabulary() {
        GgufVocabulary spm = vocabulary(GgufBuilder.toyLlamaSpm().u32("tokenizer.ggml.padding_token_id", 0xffff_ffffL)
                .u32("tokenizer.ggml.bos_token_id", 99_999));

        assertThat(spm.id(SpecialToken.PADDING)).isEmpty();
        assertThat(spm.id(SpecialToken.BOS)).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"llama-bpe,true", "llama3,true", "tekken,true", "gpt-2,false", "qwen2,false", "default,false"})
    void beginsWithBosDependingOnThePreTokenizer(String pre, boolean expected) {
        GgufVocabulary bpe = vocabulary(GgufBuilder.toyLlamaBpe().string("tokenizer.ggml.pre", pre)
                .without("tokenizer.ggml.add_bos_token"));

        assertThat(bpe.addsBos()).isEqualTo(expected);
    }

    /** The origin of these lists: each text was given to llama.cpp b4916 as a plain token, and its log read. */
    @ParameterizedTest
    @ValueSource(strings = {"<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<EOT>",
        "<\uff5cend\u2581of\u2581sentence\uff5c>", "<|eom_id|>", "<|fim_pad|>", "<fim-pad>", "<PAD>", "<|fim_repo|>",
        "<|repo_name|>", "<fim-repo>", "<REPO>", "<|file_sep|>"})
    void endsAGenerationAtAWellKnownText(String text) {
        GgufVocabulary vocabulary = withPlainToken(text);

        assertThat(vocabulary.endOfGenerationIds()).containsExactly(262, 263);
        assertThat(vocabulary.type(263)).isEqualTo(TokenType.CONTROL);
    }

    @ParameterizedTest
    @CsvSource({"<|fim_prefix|>,FIM_PREFIX", "<fim-prefix>,FIM_PREFIX", "<PRE>,FIM_PREFIX", "<|fim_suffix|>,FIM_SUFFIX",
        "<SUF>,FIM_SUFFIX", "<|fim_middle|>,FIM_MIDDLE", "<MID>,FIM_MIDDLE"})
    void knowsTheMarksForFillingInTheMiddle(String text, SpecialToken role) {
        GgufVocabulary vocabulary = withPlainToken(text);

        assertThat(vocabulary.id(role)).hasValue(263);
        assertThat(vocabulary.type(263)).isEqualTo(TokenType.CONTROL);
        assertThat(vocabulary.endOfGenerationIds()).containsExactly(262);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<|end_of_text|>", "</s>", "<|EOT|>", "<eos>", "<|im_sep|>", "<fim_pad>", "<|user|>"})
    void goesOnAtOtherTexts(String text) {
        GgufVocabulary vocabulary = withPlainToken(text);

        assertThat(vocabulary.endOfGenerationIds()).containsExactly(262);
        assertThat(vocabulary.type(263)).isEqualTo(TokenType.NORMAL);
    }

    private GgufVocabulary withPlainToken(String text) {
        List<String> tokens = new ArrayList<>(vocabulary(GgufBuilder.toyLlamaBpe()).texts().subList(0, 261));
        tokens.addAll(List.of("<bos>", "<the-end>", text));
        int[] types = tokens.stream().mapToInt(token -> 1).toArray();
        return vocabulary(GgufBuilder.toyLlamaBpe().strings("tokenizer.ggml.tokens", tokens)
                .i32s("tokenizer.ggml.token_type", types).u32("tokenizer.ggml.bos_token_id", 261)
                .u32("tokenizer.ggml.eos_token_id", 262).without("tokenizer.ggml.padding_token_id"));
    }

    @Test
    void namesEmptyTokensAndCutsAtNulLikeTheEngine() {
        GgufVocabulary vocabulary = vocabulary(new GgufBuilder()
                .strings("tokenizer.ggml.tokens", List.of("", "a\0b", "c", "\0"))
                .string("tokenizer.ggml.model", "gpt2"));

        assertThat(vocabulary.texts()).containsExactly("[EMPTY_0]", "a", "c", "[EMPTY_3]");
    }

    @Test
    void treatsTokensWithoutTypesAsText() {
        GgufVocabulary vocabulary = vocabulary(
                new GgufBuilder().strings("tokenizer.ggml.tokens", List.of("a", "b")).string("tokenizer.ggml.model",
                        "x"));

        assertThat(vocabulary.kind()).isEqualTo(TokenizerKind.OTHER);
        assertThat(vocabulary.type(1)).isEqualTo(TokenType.NORMAL);
        assertThat(vocabulary.score(1)).isZero();
        assertThat(vocabulary.find("c")).isEmpty();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> vocabulary.text(2));
    }

    @ParameterizedTest
    @CsvSource({"tokenizer.ggml.token_type,i32", "tokenizer.ggml.scores,f32"})
    void refusesTypesOrScoresOfAnotherNumber(String key, String type) {
        GgufBuilder builder = GgufBuilder.toyLlamaSpm();
        GgufFile file = read(type.equals("i32") ? builder.i32s(key, 1, 1) : builder.f32s(key, 1, 1));

        assertThatExceptionOfType(ModelFileException.class).isThrownBy(file::vocabulary)
                .withMessageContaining("key '%s' has 2 elements, expected one for each of the 363 tokens", key)
                .satisfies(refusal -> assertThat(refusal.offset()).isEqualTo(file.metadata().offset(key)));
    }

    private GgufVocabulary vocabulary(GgufBuilder builder) {
        return read(builder).vocabulary().orElseThrow();
    }

    private GgufFile read(GgufBuilder builder) {
        return GgufFile.read(builder.write(directory.resolve("model.gguf")));
    }
}
