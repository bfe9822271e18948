import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// What is remembered between steps is what asking anew would give.
@Suite struct MemoTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func whatComesFirstIsTheFirstThatEverybodyOffers(_ seed: UInt64) throws {
    var run = try TestCourse.run(TestCourse.lessons[0], seed: 0)
    var random = Random(seed: seed)
    for _ in 0..<120 {
      guard let expected = run.expected() else { break }
      let enabled = run.enabled()
      #expect(run.world.first() == run.world.enabled().first)
      #expect(expected == enabled.first)
      run.perform(enabled[random.next(below: enabled.count)])
    }
    #expect(run.position > 40)
  }

  @Test func beatsAreCountedAsIfFromTheBeginning() throws {
    var session = try TestCourse.session(TestCourse.lessons[0], level: .wire)
    var random = Random(seed: 4)
    var most = 0
    for round in 0..<160 {
      if session.question != nil { _ = session.skip() }
      let ways = round % 7 == 3 ? session.alternatives : []
      if round % 5 == 4 {
        for _ in 0..<random.next(below: 6) { session.back() }
      } else if ways.count > 1 {
        #expect(session.fork(ways[random.next(below: ways.count)].text) == true)
      } else {
        session.step()
      }
      let anew = Track(run: session.run, beats: session.beats, questions: [])
      #expect(session.beatsDone == anew.beatsDone)
      most = max(most, session.beatsDone)
    }
    #expect(most > 2)
  }

  @Test func aSearchGoesOnWithoutThePast() throws {
    var run = try TestCourse.run(TestCourse.lessons[0], seed: 0)
    for _ in 0..<30 { run.step() }
    var bare = run.simulation.withoutPast()
    var whole = run.simulation
    #expect(bare.position == 0)
    while let action = whole.expected() {
      #expect(bare.expected() == action)
      bare.perform(action)
      whole.perform(action)
    }
    #expect(bare.expected() == nil)
    #expect(bare.digest == whole.digest)
  }

  @Test func aLessonReadOnceForManySeedsIsWhatEachSeedMakesOfIt() throws {
    for path in TestCourse.short {
      let lesson = try #require(TestCourse.course.lesson(path))
      var store = VariantStore(TestCourse.course)
      // More seeds than there are values to draw, so that some are answered from what was read before.
      for seed in 0..<24 as Swift.Range<UInt64> {
        #expect(store.variant(of: path, seed: seed) == (seed == 0 ? lesson : lesson.variant(seed: seed)), "\(seed)")
      }
    }
    var store = VariantStore(TestCourse.course)
    #expect(store.variant(of: "components/nothing", seed: 3) == nil)
  }

  @Test func aStoreThatHasSeenOtherVariantsHasTheKeysOfAFreshOne() throws {
    let path = "components/watch-not-orders"
    let lesson = try #require(TestCourse.course.lesson(path))
    let shared = KeyStore(TestCourse.course)
    for seed in [1, 4, 2] as [UInt64] {
      let fresh = KeyStore(TestCourse.course)
      for question in lesson.questions {
        let request = KeyTests.request(path, question, seed: seed)
        let key = shared.key(for: request)
        #expect(key == fresh.key(for: request), "\(question.id) \(seed)")
      }
    }
  }

  @Test func aStudioBuildsTheSameClusterTheSecondTime() throws {
    let studio = TestCourse.studio
    for seed in [0, 9] as [UInt64] {
      let lesson = try #require(studio.lesson("components/watch-not-orders", seed: seed))
      for version in ["now", "then"] {
        let fresh = try #require(TestCourse.studio.run(lesson, seed: seed, version: version).run)
        let again = try #require(studio.run(lesson, seed: seed, version: version).run)
        #expect(again.simulation.spec == fresh.simulation.spec)
        #expect(again.simulation.digest == fresh.simulation.digest)
      }
    }
  }
}
