package dev.llf.gguf;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of {@code general.file_type}, as llama.cpp prints them. */
final class Quantisation {

    private static final Map<Integer, String> NAMES = Map.ofEntries(Map.entry(0, "F32"), Map.entry(1, "F16"),
            Map.entry(2, "Q4_0"), Map.entry(3, "Q4_1"), Map.entry(7, "Q8_0"), Map.entry(8, "Q5_0"),
            Map.entry(9, "Q5_1"), Map.entry(10, "Q2_K - Medium"), Map.entry(11, "Q3_K - Small"),
            Map.entry(12, "Q3_K - Medium"), Map.entry(13, "Q3_K - Large"), Map.entry(14, "Q4_K - Small"),
            Map.entry(15, "Q4_K - Medium"), Map.entry(16, "Q5_K - Small"), Map.entry(17, "Q5_K - Medium"),
            Map.entry(18, "Q6_K"), Map.entry(19, "IQ2_XXS"), Map.entry(20, "IQ2_XS"), Map.entry(21, "Q2_K - Small"),
            Map.entry(22, "IQ3_XS"), Map.entry(23, "IQ3_XXS"), Map.entry(24, "IQ1_S"), Map.entry(25, "IQ4_NL"),
            Map.entry(26, "IQ3_S"), Map.entry(27, "IQ3_S mix"), Map.entry(28, "IQ2_S"), Map.entry(29, "IQ2_M"),
            Map.entry(30, "IQ4_XS"), Map.entry(31, "IQ1_M"), Map.entry(32, "BF16"), Map.entry(36, "TQ1_0"),
            Map.entry(37, "TQ2_0"), Map.entry(38, "MXFP4"), Map.entry(39, "NVFP4"));

    private Quantisation() {}

    /** Returns the name, or null if the number is not known. */
    static @Nullable String name(int fileType) {
        return NAMES.get(fileType);
    }
}
