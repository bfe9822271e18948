import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// Keys come from runs, so they are the same wherever they are computed, and follow what the run does.
@Suite struct KeyTests {
  static func request(_ lesson: String, _ question: Question, seed: UInt64, choices: [String] = []) -> KeyRequest {
    KeyRequest(lesson: lesson, question: question.id, version: question.version, seed: seed, choices: choices)
  }

  static func key(_ store: KeyStore, _ request: KeyRequest) throws -> Key {
    let result = store.key(for: request)
    guard case .key(let key) = result else {
      Issue.record("\(request.question): \(result)")
      throw Missing()
    }
    return key
  }

  struct Missing: Error {}

  @Test(arguments: TestCourse.sample, [0, 5] as [UInt64])
  func everyQuestionTakesItsModelAnswerAndRefusesWhatIsWrong(_ path: String, _ seed: UInt64) throws {
    let store = KeyStore(TestCourse.course)
    let lesson = try #require(TestCourse.studio.lesson(path, seed: seed))
    for question in lesson.questions {
      let key = try Self.key(store, Self.request(path, question, seed: seed))
      #expect(Grader.assess(key.model, by: key).credit == .full, "\(question.id) refuses \(key.model)")
      for option in key.options where !key.isMany && !option.isRight {
        #expect(Grader.assess([option.text], by: key).credit == .none, "\(question.id) takes \(option.text)")
      }
      #expect(question.kind == .order || key.options.isEmpty || key.options.contains { $0.isRight })
      if question.kind == .order {
        let turned = Array(key.model.reversed())
        #expect(Grader.assess(turned, by: key).credit == .none)
      } else if !key.options.isEmpty {
        #expect(key.options.contains { !$0.isRight }, "\(question.id) has nothing wrong to choose")
      }
    }
  }

  @Test(arguments: TestCourse.sample)
  func aSessionAndAGraderHaveTheSameKey(_ path: String) throws {
    for seed in 0..<2 as Swift.Range<UInt64> {
      let store = KeyStore(TestCourse.course)
      var session = try TestCourse.session(path, seed: seed)
      while session.advance() != .finished {
        guard let question = session.question, let live = session.key else { continue }
        let given = session.answer(["x"])
        let feedback = try #require(given)
        let record = feedback.record
        let request = KeyRequest(
          lesson: record.lesson,
          question: question.id,
          version: record.version,
          seed: record.seed,
          choices: record.choices
        )
        #expect(store.key(for: request) == live, "\(question.id)")
        if case .key(let key) = live { #expect(key.hash == record.hash) }
      }
      #expect(session.answers.map(\.question).sorted() == session.lesson.questions.map(\.id).sorted())
    }
  }

  @Test func keysFollowTheSeed() throws {
    let store = KeyStore(TestCourse.course)
    var models: Set<String> = []
    for seed in 0..<12 as Swift.Range<UInt64> {
      let lesson = try #require(TestCourse.studio.lesson("components/create-pod", seed: seed))
      let question = try #require(lesson.question("who-gives-the-address"))
      models.insert(try Self.key(store, Self.request(lesson.path, question, seed: seed)).model[0])
    }
    #expect(models == ["cni@node1", "cni@node2"])
  }

  @Test func keysAfterADepartureFollowTheChoices() throws {
    let path = "components/watch-not-orders"
    let store = KeyStore(TestCourse.course)
    let lesson = try #require(TestCourse.studio.lesson(path, seed: 0))
    let question = try #require(lesson.question("who-could-act"))
    let usual = try Self.key(store, Self.request(path, question, seed: 0))
    #expect(usual.model.contains("kube-scheduler"))
    let broken = try Self.key(store, Self.request(path, question, seed: 0, choices: ["3 break kube-scheduler"]))
    #expect(!broken.model.contains("kube-scheduler"))
    #expect(broken.option("kube-scheduler")?.reason.key == "obstacle.stopped")
  }

  @Test func whatIsNotThereIsSaid() throws {
    let store = KeyStore(TestCourse.course)
    let path = TestCourse.sample[0]
    let question = try #require(TestCourse.course.lesson(path)?.questions.first)
    var request = Self.request("components/nothing", question, seed: 0)
    #expect(store.key(for: request) == .unknownLesson)
    request = Self.request(path, question, seed: 0)
    request.question = "nothing"
    #expect(store.key(for: request) == .unknownQuestion)
    request = Self.request(path, question, seed: 0)
    request.version = "soon"
    #expect(store.key(for: request) == .unknownVersion)
  }

  @Test func causesAreFoundByHoldingBack() throws {
    let run = try TestCourse.run("components/watch-not-orders", seed: 0)
    let steps = ["kube-scheduler bind *", "endpointslice-controller observe *", "kubelet@* admit *", "kubectl print *"]
    let orders = Causality(run, steps: steps.map { ActionPattern($0) })
    #expect(orders.missing == nil)
    #expect(orders.precedences == [Key.Precedence(earlier: 0, later: 2)])
    #expect(Causality(run, steps: [ActionPattern("nobody does this")]).missing == 0)
  }
}
