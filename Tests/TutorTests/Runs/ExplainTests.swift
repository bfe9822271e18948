import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// Every step explains itself, in words that every language has.
@Suite struct ExplainTests {
  @Test(arguments: TestCourse.short, ["now", "then"])
  func everyStepHasItsWords(_ path: String, _ version: String) throws {
    var run = try TestCourse.run(path, seed: 2, version: version)
    while run.step() != nil {}
    var missing: Set<String> = []
    for position in 0..<run.position {
      guard let told = run.explanation(at: position) else { continue }
      for fact in [told.what, told.why] + told.facts {
        for language in TestCourse.course.languages where language.words[fact.key] == nil { missing.insert(fact.key) }
      }
    }
    #expect(missing.sorted() == [])
  }

  @Test func aStepSaysWhatItChangedAndWhy() throws {
    var run = try TestCourse.run("components/watch-not-orders", seed: 0)
    var bound: Explanation? = nil
    var decided: Explanation? = nil
    var put = 0
    while let step = run.step() {
      let text = run.text(step.action)
      if text.hasPrefix("kube-scheduler bind ") { decided = run.explanation(at: run.position - 1) }
      if text.hasPrefix("etcd put /registry/pods/") {
        put += 1
        if put == 2 { bound = run.explanation(at: run.position - 1) }
      }
    }
    let binding = try #require(decided)
    #expect(binding.what.key == "did.scheduler.bind")
    #expect(binding.said.map(\.to) == ["kube-apiserver"])
    #expect(binding.objects == [])
    #expect(binding.why.key == "why.goes-on")
    let stored = try #require(bound)
    #expect(stored.why["from"] == .string("kube-apiserver"))
    #expect(stored.objects.map(\.kind) == [.modified])
    #expect(stored.objects.first?.changes.contains { $0.path == ["spec", "nodeName"] } == true)
  }

  @Test func waitingIsAReason() throws {
    var run = try TestCourse.run("components/watch-not-orders", seed: 0)
    var told: Explanation? = nil
    while let step = run.step(), told == nil {
      if run.text(step.action).contains(" pull demo/") { told = run.explanation(at: run.position - 1) }
    }
    #expect(told?.why.key == "why.waited")
  }
}
