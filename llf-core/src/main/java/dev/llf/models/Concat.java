package dev.llf.models;

import dev.llf.models.ModelComparison.Answer;
import dev.llf.models.ModelComparison.Success;
import java.util.List;
import java.util.stream.Collectors;

/** All answers under each other. */
record Concat() implements Ensemble {

    @Override
    public EnsembleAnswer merge(List<? extends Answer> answers) {
        List<Success> given = Successes.of(answers);
        String text = given.stream().map(each -> "**%s**\n\n%s".formatted(each.model(), each.response().text().strip()))
                .collect(Collectors.joining("\n\n"));
        return new EnsembleAnswer(text, given.stream().map(Success::model).toList());
    }
}
