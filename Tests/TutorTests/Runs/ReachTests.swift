import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// A verdict is exact: what is called possible can be done, and what can be done is called possible.
@Suite struct ReachTests {
  /// Plays a lesson in an order drawn from the seed and looks at the run before each step.
  static func visit(_ path: String, seed: UInt64, _ body: (inout Run) throws -> Void) throws {
    var run = try TestCourse.run(path, seed: seed)
    var random = Random(seed: seed)
    for _ in 0..<2_000 {
      let enabled = run.enabled()
      guard !enabled.isEmpty else { return }
      try body(&run)
      run.perform(seed == 0 ? enabled[0] : enabled[random.next(below: enabled.count)])
    }
    Issue.record("\(path) does not end in the order of seed \(seed)")
  }

  @Test(arguments: TestCourse.short)
  func onTheWireAComponentIsPossibleExactlyWhenAForkExecutesIt(_ path: String) throws {
    var wrong: Set<String> = []
    for seed in 0..<50 as Swift.Range<UInt64> {
      try Self.visit(path, seed: seed) { run in
        let reach = Reach(run.simulation, level: .wire)
        if let expected = run.expected(), reach.way(to: run.text(expected)) == nil { wrong.insert("the expected step") }
        // Heartbeats count only while the script lets time pass.
        var simulation = run.simulation
        let counted = simulation.enabled()
        for address in run.world.cells.indices {
          let name = run.world.name(of: address)
          let offers = simulation.world.offers(of: address)
          if offers.isEmpty { wrong.insert("\(name) offers nothing that it could be asked about") }
          let way = reach.way(of: name)
          if (way != nil)
            != offers.contains(where: { $0.isEnabled && (!$0.isBackground || counted.contains($0.action)) })
          {
            wrong.insert(name)
          }
          guard let way else { continue }
          var fork = run.world
          if fork.perform(way.action).action != way.action || fork.stepCount != run.world.stepCount + 1 {
            wrong.insert(way.text)
          }
        }
      }
    }
    #expect(wrong.sorted() == [])
  }

  @Test(arguments: TestCourse.short)
  func atACoarseLevelEveryWayIsHiddenUntilItsEnd(_ path: String) throws {
    var wrong: Set<String> = []
    for seed in 0..<5 as Swift.Range<UInt64> {
      var count = seed
      try Self.visit(path, seed: seed) { run in
        count += 1
        guard count % 5 == 0 else { return }
        for level in [Lesson.Level.story, .detail] {
          let reach = Reach(run.simulation, level: level)
          if !reach.isComplete { wrong.insert("a search was given up") }
          for way in reach.ways {
            var fork = run.fork()
            for action in way.path {
              if fork.level(of: action) <= level || !fork.enabled().contains(action) { wrong.insert(way.text) }
              fork.perform(action)
            }
            if !(fork.level(of: way.action) <= level) || !fork.enabled().contains(way.action) { wrong.insert(way.text) }
          }
        }
      }
    }
    #expect(wrong.sorted() == [])
  }

  @Test(arguments: TestCourse.short)
  func whateverAnyOrderOfHiddenActionsShowsFirstWasFound(_ path: String) throws {
    var wrong: Set<String> = []
    var random = Random(seed: 99)
    for seed in 0..<5 as Swift.Range<UInt64> {
      var count = seed
      try Self.visit(path, seed: seed) { run in
        count += 1
        guard count % 5 == 0 else { return }
        for level in [Lesson.Level.story, .detail] {
          let reach = Reach(run.simulation, level: level)
          for _ in 0..<6 {
            var fork = run.fork()
            while true {
              let enabled = fork.enabled()
              guard !enabled.isEmpty else { break }
              let action = enabled[random.next(below: enabled.count)]
              if fork.level(of: action) <= level {
                if reach.way(of: fork.world.name(of: action.actor)) == nil { wrong.insert(fork.text(action)) }
                break
              }
              fork.perform(action)
            }
          }
        }
      }
    }
    #expect(wrong.sorted() == [])
  }

  /// Where several Pods start at once there are more orders than anybody would search; no question is asked there.
  @Test(arguments: TestCourse.sample)
  func theSearchStaysSmallWhereItIsAskedFor(_ path: String) throws {
    for seed in 0..<2 as Swift.Range<UInt64> {
      let lesson = try #require(TestCourse.studio.lesson(path, seed: seed))
      let questions = lesson.questions.filter { $0.kind == .next || $0.kind == .whichCould }
      let moments = Moments.find(questions, in: try TestCourse.run(path, seed: seed), choices: [])
      for question in questions {
        guard let run = moments[question.id] else { continue }
        let reach = Reach(run.simulation, level: question.level)
        #expect(reach.isComplete && reach.states < 1_000, "\(question.id): \(reach.states) states")
      }
    }
  }

  @Test(arguments: TestCourse.sample)
  func everyComponentSaysWhyNot(_ path: String) throws {
    let words = TestCourse.course.language("en").words
    try Self.visit(path, seed: 3) { run in
      let reach = Reach(run.simulation, level: .story)
      for address in run.world.cells.indices where reach.way(of: run.world.name(of: address)) == nil {
        let why = WhyNot.component(run.world.name(of: address), in: run.simulation, level: .story)
        #expect(words[why.fact.key] != nil, "\(why.fact.key) has no words")
        #expect(why.fact.key != "obstacle.unknown")
      }
    }
  }

  @Test func aStoppedComponentSaysSo() throws {
    var run = try TestCourse.run(TestCourse.sample[0], seed: 0)
    #expect(run.intervene("break kube-scheduler") == true)
    for _ in 0..<12 { run.step() }
    let why = WhyNot.component("kube-scheduler", in: run.simulation, level: .story)
    #expect(why.fact.key == "obstacle.stopped")
    #expect(why.fact["actor"] == .string("kube-scheduler"))
  }
}
