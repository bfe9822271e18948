import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// A learner goes through a lesson, back, aside and away, and nothing that was answered is lost or changed.
@Suite struct SessionTests {
  /// Goes on, and answers every question with its model answer; visits each scene.
  static func play(_ session: inout Session, _ visit: (inout Session, Session.Scene) throws -> Void) throws {
    for _ in 0..<500 {
      let scene = session.advance()
      try visit(&session, scene)
      if scene == .finished { return }
      if session.question != nil, case .key(let key)? = session.key { _ = session.answer(key.model) }
    }
    Issue.record("the lesson does not end")
  }

  @Test(arguments: TestCourse.sample)
  func modelAnswersEarnEverything(_ path: String) throws {
    var session = try TestCourse.session(path)
    var beats: [String] = []
    var contrasts = 0
    try Self.play(&session) { _, scene in
      if case .beat(let id, _, _) = scene { beats.append(id) }
      if case .contrast = scene { contrasts += 1 }
    }
    #expect(beats == session.lesson.beats.map(\.id))
    #expect(contrasts == (session.lesson.beats.contains { $0.isThen } ? 1 : 0))
    #expect(session.score == Credit(session.lesson.questions.count, of: 1))
    #expect(session.answers.allSatisfy { $0.hints == 0 && $0.attempt == 1 && $0.choices.isEmpty })
  }

  @Test(arguments: TestCourse.sample)
  func itResumesExactlyWhereItWas(_ path: String) throws {
    var session = try TestCourse.session(path, seed: 5)
    try Self.play(&session) { session, scene in
      let saved = try #require(SavedSession(line: session.saved.line))
      #expect(saved == session.saved)
      let resumed = Session.resume(saved, in: TestCourse.studio, history: session.answers)
      #expect(resumed.isThere)
      let other = try #require(resumed.session)
      #expect(other.simulation.digest == session.simulation.digest)
      #expect(other.question?.id == session.question?.id)
      #expect(other.beatsDone == session.beatsDone)
      #expect(other.settled == session.settled)
    }
  }

  @Test func itResumesAfterDeparturesAndFaults() throws {
    var session = try TestCourse.session(TestCourse.lessons[0], level: .wire)
    var seed = Random(seed: 8)
    for round in 0..<60 {
      if session.question != nil { _ = session.skip() }
      let ways = session.alternatives
      if ways.count > 1, round % 2 == 0 {
        #expect(session.fork(ways[seed.next(below: ways.count)].text) == true)
      } else if round == 21 {
        #expect(session.stop("kube-proxy@node1") == true)
      } else if round == 31 {
        #expect(session.repair("kube-proxy@node1") == true)
      } else {
        session.step()
      }
    }
    #expect(session.saved.choices.count > 3)
    let resumed = Session.resume(session.saved, in: TestCourse.studio, history: session.answers)
    #expect(resumed.isThere)
    #expect(resumed.session?.simulation.digest == session.simulation.digest)
  }

  @Test func aChangedLessonBeginsAnew() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    _ = session.step()
    var saved = session.saved
    saved.digest = "0000000000000000"
    let resumed = Session.resume(saved, in: TestCourse.studio, history: [])
    #expect(!resumed.isThere)
    #expect(resumed.session?.run.world.stepCount == 0)
  }

  @Test func backAndForwardLeadToTheSamePlace() throws {
    var session = try TestCourse.session(TestCourse.lessons[0], level: .detail)
    while session.question?.id != "who-moves-first" {
      session.advance()
      if session.question?.id != "who-moves-first" { _ = session.skip() }
    }
    _ = session.skip()
    let digest = session.simulation.digest
    let position = session.run.position
    for _ in 0..<5 { #expect(session.back() == true) }
    #expect(session.run.position < position)
    for _ in 0..<5 { session.step() }
    while session.run.position < position { session.step() }
    #expect(session.simulation.digest == digest)
    #expect(session.question == nil)
    while session.back() {}
    #expect(session.run.world.stepCount == 0)
  }

  @Test func lookingBeforeAnsweringIsNoted() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    while session.question?.id != "who-moves-first" {
      session.advance()
      if session.question?.id != "who-moves-first" { _ = session.skip() }
    }
    #expect(session.hint(of: 2) == 0)
    #expect(session.hint(of: 2) == 1)
    #expect(session.hint(of: 2) == nil)
    #expect(session.whyNot("etcd")?.key == "obstacle.etcd.nothing-asked")
    #expect(session.whyNot("kube-scheduler") == nil)
    let look = session.look("kubectl get pods")
    #expect(look.text.contains("NAME"))
    #expect(look.text.contains("Pending"))
    session.step()
    #expect(session.question?.id == "who-moves-first")
    let given = session.answer(["kube-scheduler"], sure: true, ms: 12, at: "2026-01-01T00:00:00Z")
    let feedback = try #require(given)
    #expect(feedback.record.hints == 6)
    #expect(feedback.assessment.verdict == .expected)
    #expect(feedback.record.sure == true)
  }

  @Test func aWrongAnswerHasItsObstacleItsRuleAndTheTruth() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    while session.question?.id != "who-moves-first" {
      session.advance()
      if session.question?.id != "who-moves-first" { _ = session.skip() }
    }
    let given = session.answer(["kubelet@node1"])
    let feedback = try #require(given)
    #expect(feedback.assessment.verdict == .impossible)
    #expect(feedback.assessment.reason.key == "obstacle.kubelet.no-pod-bound")
    #expect(feedback.misconception == "no-scheduler")
    #expect(feedback.option == "kubelet@node1")
    #expect(feedback.truth["step"]?.text?.hasPrefix("kube-scheduler schedule pod/") == true)
    #expect(session.answer(["kube-scheduler"]) == nil)
    #expect(session.retry("who-moves-first") == true)
    #expect(session.answer(["kube-scheduler"])?.record.attempt == 2)
  }

  @Test func onlyTheFirstAttemptCounts() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    session.advance()
    let id = try #require(session.question?.id)
    let one = session.answer(["nonsense"])
    let first = try #require(one)
    #expect(first.counts)
    #expect(session.retry(id) == true)
    guard case .key(let key)? = session.key else { throw KeyTests.Missing() }
    let other = session.answer(key.model)
    let second = try #require(other)
    #expect(second.assessment.isRight)
    #expect(!second.counts)
    #expect(session.score == .none)
  }

  /// A command of the story that is still on its way prints nothing into a look.
  @Test func aLookPrintsItsOwnLineAlone() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    for _ in 0..<60 {
      let last = session.run.lastStep.map { session.run.text($0.action) } ?? ""
      if last.hasPrefix("etcd put /registry/pods/") { break }
      if session.question != nil { _ = session.skip() }
      session.step()
    }
    let look = session.look("kubectl get pods")
    #expect(look.text.hasPrefix("NAME"))
  }

  @Test func aFaultRunsBesideTheStory() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    let fault = try #require(session.lesson.faults.first)
    let digest = session.simulation.digest
    #expect(session.begin(fault: fault.id) == [])
    #expect(session.isTrial)
    let scene = session.advance()
    guard case .faultEnd(fault.id, _, let end) = scene else {
      Issue.record("the fault does not end: \(scene)")
      return
    }
    #expect(end > 0)
    let look = session.look("kubectl get pods")
    #expect(look.text.contains("Pending"))
    session.endFault()
    #expect(session.simulation.digest == digest)
  }

  @Test func brokenThingsAreInTheAnswer() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    #expect(session.stop("kube-proxy@node2") == true)
    #expect(session.stop("kube-proxy@node2") == false)
    #expect(session.stop("nobody") == false)
    session.advance()
    while session.question != nil, session.question?.kind != .next {
      _ = session.skip()
      session.advance()
    }
    #expect(session.saved.choices == ["0 break kube-proxy@node2"])
  }

  @Test func predictionsHaveTheSameVerdicts() throws {
    var session = try TestCourse.session(TestCourse.lessons[0])
    #expect(session.predict("kubectl").verdict == .expected)
    #expect(session.predict("kubectl send pod/web").verdict == .expected)
    #expect(session.predict("etcd").verdict == .impossible)
    #expect(session.predict("nobody").verdict == .impossible)
  }
}
