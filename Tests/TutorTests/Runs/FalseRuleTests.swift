import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// The worlds in which a misconception holds.
struct FalseRuleTests {
  /// Plays a false world for a while: it must not stumble over its own rule.
  @Test(arguments: FalseRule.allCases)
  func aFalseWorldRuns(_ rule: FalseRule) throws {
    for path in TestCourse.short {
      let studio = try #require(TestCourse.studio.supposing(rule.rawValue))
      let lesson = try #require(studio.lesson(path, seed: 0))
      var run = try #require(studio.run(lesson, seed: 0, budget: KeyMaker.snapshots).run)
      var steps = 0
      var last = ""
      var same = 0
      while steps < 400, same < 20, let action = run.expected() {
        same = run.text(action) == last ? same + 1 : 0
        last = run.text(action)
        run.step()
        steps += 1
      }
      #expect(steps > 10)
      #expect(same < 20, "\(last)")
      #expect(run.world.objections.isEmpty)
    }
  }

  /// Ideas about packets wait for the lessons that name them.
  @Test func everyMisconceptionOfTheCourseThatCanBeRunIsNoticedByAQuestion() {
    let mutations = Mutation.all(of: TestCourse.course, isThorough: false)
    let named = TestCourse.course.lessons.flatMap {
      $0.questions.flatMap { $0.options.compactMap(\.misconception?.text) }
    }
    let kept = mutations.filter { mutation in
      let isWaiting = FalseRule(rawValue: mutation.rule)?.isAboutPackets == true && !named.contains(mutation.rule)
      return mutation.noticed.isEmpty && !isWaiting
    }.map(\.rule)
    #expect(mutations.count == FalseRule.allCases.count)
    #expect(kept == [])
  }

  /// A misconception that a learner can be caught in can be run; what was once true is a world of its own already.
  @Test func everyMisconceptionThatALessonNamesHasAWorld() {
    #expect(Mutation.withoutWorld(in: TestCourse.course) == ["docker-takes-orders"])
  }

  @Test(arguments: [
    "etcd-dispatches", "no-scheduler", "scheduler-scales", "apiserver-orders-kubelet", "hpa-creates-pods",
    "logs-through-metrics-server", "metrics-are-pushed", "objects-act",
  ])
  func theWrongClaimsOfTheNotesHaveWorlds(_ id: String) throws {
    _ = try #require(FalseRule(rawValue: id))
    #expect(TestCourse.course.misconception(id)?.claims.isEmpty == false)
  }

  @Test func theRealWorldIsNoFalseOne() throws {
    let lesson = try #require(TestCourse.studio.lesson("components/create-pod", seed: 0))
    let supposed = TestCourse.studio.suppose("etcd-dispatches", lesson, seed: 0, version: "now")
    let belief = try #require(supposed?.supposed.first)
    let truth = try #require(supposed?.real.first)
    #expect(belief.text.hasPrefix("etcd dispatch pod/"))
    #expect(!truth.text.hasPrefix("etcd"))
    #expect(TestCourse.studio.suppose("no-such-idea", lesson, seed: 0, version: "now") == nil)
  }

  /// Where both worlds do the same, what they write down can differ.
  @Test func aFieldCanTellTheWorldsApart() throws {
    let lesson = try #require(TestCourse.studio.lesson("components/create-pod", seed: 0))
    let supposed = try #require(TestCourse.studio.suppose("no-scheduler", lesson, seed: 0, version: "now"))
    let (truth, belief) = (try #require(supposed.real.first), try #require(supposed.supposed.first))
    #expect(truth.text == belief.text)
    #expect(truth.fields.contains { $0.path == "spec.nodeName" && $0.value == nil })
    #expect(belief.fields.contains { $0.path == "spec.nodeName" && $0.value == "node1" })
  }

  /// A world whose rule does its work ends otherwise, and the question that asks for the end hears of it.
  @Test(arguments: [
    ("components/rolling-update", "bad-image", "one-in-one-out"),
    ("components/rolling-update", "after-the-deadline", "self-rollback"),
    ("components/self-healing", "orphans", "parent-deletes-children"),
    ("components/load-rises", "no-autoscaler", "scheduler-scales"),
    ("components/by-name", "blocked", "sets-are-alike"),
    ("components/pause-holds-the-door", "half-a-pod", "one-running-is-enough"),
    ("components/a-node-dies", "what-became-of-it", "dead-kubelet-dead-pod"),
    ("components/a-node-dies", "the-one-with-a-name", "eviction-means-move"),
    ("logging/reading-logs", "without-metrics-server", "logs-through-metrics-server"),
  ])
  func anOutcomeIsComparedInItsOwnCluster(_ path: String, _ id: String, _ misconception: String) throws {
    let lesson = try #require(TestCourse.studio.lesson(path, seed: 0))
    let question = try #require(lesson.question(id))
    let supposed = TestCourse.studio.suppose(misconception, question, in: lesson, seed: 0, version: "now")
    let ends = try #require(supposed?.ends)
    #expect(ends.real != ends.supposed)
  }
}
