package dev.llf.observe.analytics;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Names that only whoever has the key can tell from each other's owners: the first half of an HMAC-SHA-256. */
final class Pseudonyms {

    static final int MIN_KEY_BYTES = 16;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    private final SecretKeySpec key;

    Pseudonyms(byte[] key) {
        Objects.requireNonNull(key, "key");
        if (key.length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException("the key of pseudonyms must have at least %d random bytes, had %d"
                    .formatted(MIN_KEY_BYTES, key.length));
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /** Returns 32 hexadecimal digits; other ones for the same name of another kind. */
    String of(String kind, String name) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((kind + "\0").getBytes(StandardCharsets.UTF_8));
            byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(hash, BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
