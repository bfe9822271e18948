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
}
