package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.error.ConfigurationException;
import dev.llf.models.Candidate;
import dev.llf.models.ModelPool;
import dev.llf.models.Router;
import dev.llf.models.RoutingDecision;
import dev.llf.models.RoutingDecision.Score;
import java.util.List;
import java.util.Optional;

/** The models of one {@link Llf}, and who chooses among them. */
sealed interface Models {

    /** Returns the model for whatever is no turn. */
    ChatModel main();

    /**
     * Returns the models that may answer, the best first.
     *
     * @throws ConfigurationException if the router chose what there is not
     */
    Selection select(TurnOptions options, String question);

    /**
     * Returns the pool that the models are of.
     *
     * @throws ConfigurationException if there is only one model
     */
    ModelPool pool();

    /**
     * Checks that there is such a model.
     *
     * @throws ConfigurationException if there is none
     */
    void check(String name);

    /** One model answers whatever is asked. */
    record One(ChatModel main) implements Models {

        @Override
        public Selection select(TurnOptions options, String question) {
            return new Selection(List.of(new Selection.Answerer(main.info().name(), main)), Optional.empty());
        }

        @Override
        public ModelPool pool() {
            throw new ConfigurationException("There is only one model, %s; give several with models(pool)."
                    .formatted(main.info().name()));
        }

        @Override
        public void check(String name) {
            if (!name.equals(main.info().name())) {
                pool();
            }
        }
    }

    /** A router chooses one of several, unless the host did. */
    record Several(ModelPool pool, Router router) implements Models {

        private static final String BY_HOST = "host";

        @Override
        public ChatModel main() {
            String first = pool.candidates().stream().findFirst().map(Candidate::model)
                    .orElseThrow(() -> new ConfigurationException(
                            "The pool has no chat model; add one with model(name, ...)."));
            return pool.chat(first);
        }

        @Override
        public Selection select(TurnOptions options, String question) {
            RoutingDecision decision = options.model()
                    .map(name -> new RoutingDecision(BY_HOST, List.of(new Score(name, 0)), "named by withModel"))
                    .orElseGet(() -> pool.route(router, ChatRequest.of(Message.user(question))));
            List<Selection.Answerer> answerers = decision.ranking().stream().map(Score::model)
                    .map(name -> new Selection.Answerer(name, pool.chat(name))).toList();
            return new Selection(answerers, Optional.of(decision));
        }

        @Override
        public void check(String name) {
            pool.candidates(name);
        }
    }
}
