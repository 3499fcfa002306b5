package dev.llf.llamacpp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small templates in the manner of the families that published models belong to. */
final class TemplateFamilies {

    /** Texts of control tokens of these families. */
    static final List<String> CONTROL = List.of("<|im_start|>", "<|im_end|>", "<|begin_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>", "[INST]", "[/INST]", "[TOOL_CALLS]", "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "<start_of_turn>", "<end_of_turn>",
            "<|user|>",
            "<|assistant|>", "<|system|>", "<|end|>", "<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>",
            "<\uff5cend\u2581of\u2581sentence\uff5c>", "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
            "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>",
            "<|SYSTEM_TOKEN|>",
            "<think>", "</think>", "<tool_call>", "</tool_call>");

    private static final String LOOP = "{%- for m in messages %}";
    private static final String END = "{%- endfor %}";
    private static final String GENERATE = "{%- if add_generation_prompt %}";

    private TemplateFamilies() {}

    /** Returns the templates by the family's name. */
    static Map<String, String> all() {
        Map<String, String> templates = new LinkedHashMap<>();
        templates.put("ChatML", LOOP + "{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}" + END
                + GENERATE + "{{- '<|im_start|>assistant\\n' }}{%- endif %}");
        templates.put("ChatML with tools", LOOP + "{{- '<|im_start|>' + m.role + '\\n' + m.content }}"
                + "{%- for c in m.tool_calls or [] %}{{- '\\n<tool_call>\\n' + (c.function | tojson) + '\\n</tool_call>' }}"
                + "{%- endfor %}{{- '<|im_end|>\\n' }}" + END + GENERATE
                + "{{- '<|im_start|>assistant\\n' }}{%- endif %}");
        templates.put("ChatML that thinks", LOOP + "{{- '<|im_start|>' + m.role + '\\n' }}"
                + "{{- m.content.split('</think>')[-1].lstrip('\\n') if m.role == 'assistant' else m.content }}"
                + "{{- '<|im_end|>\\n' }}" + END + GENERATE
                + "{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}");
        templates.put("ChatML that forgets thoughts", LOOP + "{{- '<|im_start|>' + m.role + '\\n' }}"
                + "{{- m.content.split('</think>\\n\\n')[-1] if m.role == 'assistant' "
                + "and loop.index0 + 2 < loop.length else m.content }}"
                + "{{- '<|im_end|>\\n' }}" + END + GENERATE + "{{- '<|im_start|>assistant\\n' }}{%- endif %}");
        templates.put("Llama 2", "{{- bos_token }}" + LOOP
                + "{%- if m.role == 'user' %}{{- '[INST] ' + m.content + ' [/INST]' }}"
                + "{%- elif m.role == 'assistant' %}{{- ' ' + m.content + ' ' + eos_token }}"
                + "{%- else %}{{- '<<SYS>>\\n' + m.content + '\\n<</SYS>>\\n\\n' }}{%- endif %}" + END);
        templates.put("Llama 3", "{{- '<|begin_of_text|>' }}" + LOOP
                + "{{- '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' + m.content | trim + '<|eot_id|>' }}"
                + END
                + GENERATE + "{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}");
        templates.put("Mistral", "{{- bos_token }}" + LOOP
                + "{%- if m.role == 'assistant' %}{{- ' ' + m.content + eos_token }}"
                + "{%- else %}{{- '[INST] ' + m.content + '[/INST]' }}{%- endif %}" + END);
        templates.put("Gemma", "{{- bos_token }}" + LOOP
                + "{{- '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n' + m.content | trim "
                + "+ '<end_of_turn>\\n' }}" + END + GENERATE + "{{- '<start_of_turn>model\\n' }}{%- endif %}");
        templates.put("Phi", LOOP + "{{- '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}" + END + GENERATE
                + "{{- '<|assistant|>\\n' }}{%- endif %}");
        templates.put("Zephyr", LOOP + "{{- '<|' + m.role + '|>\\n' + m.content + eos_token + '\\n' }}" + END + GENERATE
                + "{{- '<|assistant|>\\n' }}{%- endif %}");
        templates.put("DeepSeek", "{{- bos_token }}" + LOOP
                + "{%- if m.role == 'user' %}{{- '<\uff5cUser\uff5c>' + m.content }}"
                + "{%- elif m.role == 'assistant' %}{{- '<\uff5cAssistant\uff5c>' + m.content + "
                + "'<\uff5cend\u2581of\u2581sentence\uff5c>' }}{%- else %}{{- m.content }}{%- endif %}" + END + GENERATE
                + "{{- '<\uff5cAssistant\uff5c>' }}{%- endif %}");
        templates.put("Command-R", "{{- bos_token }}" + LOOP
                + "{{- '<|START_OF_TURN_TOKEN|><|' + ('CHATBOT' if m.role == 'assistant' else m.role | upper) + '_TOKEN|>' "
                + "+ m.content | trim + '<|END_OF_TURN_TOKEN|>' }}" + END + GENERATE
                + "{{- '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{%- endif %}");
        templates.put("Vicuna", LOOP + "{%- if m.role == 'assistant' %}{{- ' ' + m.content + eos_token }}"
                + "{%- else %}{{- m.role | upper + ': ' + m.content + '\\n' }}{%- endif %}"
                + "{%- if m.role == 'user' %}{{- 'ASSISTANT:' }}{%- endif %}" + END);
        return templates;
    }
}
