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
      while steps < 400, run.step() != nil { steps += 1 }
      #expect(steps > 10)
      #expect(run.world.objections.isEmpty)
    }
  }

  @Test func everyMisconceptionOfTheCourseThatCanBeRunIsNoticedByAQuestion() {
    let mutations = Mutation.all(of: TestCourse.course, isThorough: false)
    let kept = mutations.filter { $0.noticed.isEmpty && $0.rule != "objects-act" }.map(\.rule)
    #expect(!mutations.isEmpty)
    #expect(kept == [])
  }

  @Test func theRealWorldIsNoFalseOne() throws {
    let lesson = try #require(TestCourse.studio.lesson("components/create-pod", seed: 0))
    let supposed = TestCourse.studio.suppose("etcd-dispatches", lesson, seed: 0, version: "now")
    let belief = try #require(supposed?.supposed)
    let truth = try #require(supposed?.real)
    #expect(belief.hasPrefix("etcd dispatch pod/"))
    #expect(!truth.hasPrefix("etcd"))
    #expect(TestCourse.studio.suppose("no-such-idea", lesson, seed: 0, version: "now") == nil)
  }
}
