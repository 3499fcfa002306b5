package dev.llf;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** What the packages of LLF may know of each other. */
class ArchitectureTest {

    private static final String ROOT = "dev.llf";
    private static final String DOOR = "";
    private static final String TESTING = "testing";

    /** A package may use those of lower floors, and none of its own. */
    private static final Map<String, Integer> FLOORS = Map.ofEntries(Map.entry("error", 0), Map.entry("cache", 1),
            Map.entry("chat", 1), Map.entry("admission", 2), Map.entry("spi", 2), Map.entry("gguf", 3),
            Map.entry("template", 3),
            Map.entry("schema", 3), Map.entry("conversation", 3), Map.entry("llamacpp", 4), Map.entry("models", 5),
            Map.entry("observe", 5), Map.entry(DOOR, 6), Map.entry(TESTING, 7));
    /** The highest floor that the package for tests, which nobody may use, uses itself. */
    private static final int VOCABULARY = 2;

    private static final JavaClasses MAIN = new ClassFileImporter().importPath(Path.of("target", "classes"));

    /** The room of a class: the first name after the root package. */
    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(ROOT) ? DOOR : name.substring(ROOT.length() + 1).split("\\.", 2)[0];
    }

    private static boolean mayUse(String user, String used) {
        if (!FLOORS.containsKey(user) || !FLOORS.containsKey(used)) {
            return false;
        }
        int top = user.equals(TESTING) ? VOCABULARY + 1 : FLOORS.get(user);
        return FLOORS.get(used) < top;
    }

    private static ArchCondition<JavaClass> onlyUseLowerFloors() {
        return new ArchCondition<>("only use packages of lower floors") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String user = room(type);
                if (!FLOORS.containsKey(user)) {
                    events.add(SimpleConditionEvent.violated(type,
                            "%s is in a package without a floor: give it one in this test".formatted(type.getName())));
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass();
                    boolean ours = PackageMatcher.of(ROOT + "..").matches(target.getPackageName());
                    if (ours && !room(target).equals(user) && !mayUse(user, room(target))) {
                        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                    }
                }
            }
        };
    }

    @Test
    void findsTheClassesToCheck() {
        assertThat(MAIN.contain("dev.llf.chat.ChatModel")).isTrue();
        assertThat(MAIN.contain("dev.llf.testing.ScriptedChatModel")).isTrue();
        assertThat(MAIN.contain("dev.llf.ArchitectureTest")).isFalse();
    }

    @Test
    void packagesUseOnlyLowerFloors() {
        classes().that().resideInAPackage(ROOT + "..").should(onlyUseLowerFloors()).check(MAIN);
    }

    @Test
    void floorsSeparateRooms() {
        assertThat(mayUse("chat", "error")).isTrue();
        assertThat(mayUse("chat", "spi")).isFalse();
        assertThat(mayUse("schema", "gguf")).isFalse();
        assertThat(mayUse("llamacpp", "template")).isTrue();
        assertThat(mayUse("llamacpp", DOOR)).isFalse();
        assertThat(mayUse(DOOR, "llamacpp")).isTrue();
        assertThat(mayUse(TESTING, "spi")).isTrue();
        assertThat(mayUse(TESTING, "gguf")).isFalse();
        assertThat(mayUse(DOOR, TESTING)).isFalse();
        assertThat(mayUse("unknown", "error")).isFalse();
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void onlyTheEngineKnowsTheBinding() {
        noClasses().that().resideOutsideOfPackage("dev.llf.llamacpp..")
                .should().dependOnClassesThat(resideInAPackage("de.kherud..")).check(MAIN);
    }

    @Test
    void nothingPrints() {
        noClasses().that().doNotHaveFullyQualifiedName("dev.llf.llamacpp.WorkerMain") // a program, whose streams are its own
                .should(ACCESS_STANDARD_STREAMS).check(MAIN);
        noClasses().should().callMethodWhere(DescribedPredicate.describe("prints a stack trace",
                call -> call.getName().equals("printStackTrace")
                        && call.getTargetOwner().isAssignableTo(Throwable.class)))
                .check(MAIN);
    }

    @Test
    void nothingThrowsWhatSaysNothing() {
        NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(MAIN);
        noClasses().should().callConstructorWhere(
                DescribedPredicate.describe("makes an Error",
                        call -> call.getTargetOwner().isEquivalentTo(Error.class)))
                .check(MAIN);
    }

    @Test
    void everyPackageSaysWhereNullMayBe() {
        Set<JavaPackage> packages = MAIN.stream().map(JavaClass::getPackage)
                .filter(each -> each.getName().startsWith(ROOT)).collect(Collectors.toSet());
        List<String> unmarked = packages.stream().filter(each -> !each.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName).sorted().toList();

        assertThat(packages).extracting(JavaPackage::getName).contains("dev.llf.chat", "dev.llf.spi");
        assertThat(unmarked).isEmpty();
    }
}
