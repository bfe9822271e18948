import Clockwork
import Curriculum
import Kubernetes
import Testing

@testable import Tutor

/// `always` questions: what all orders of a run have in common is found by searching them.
@Suite struct OrdersTests {
  /// A course whose one changed lesson has this cluster, these lines and this question.
  static func course(script: [String], question: [String], nodes: [String] = two, schedulers: String = "[]") -> Course {
    var source = CourseSource.embedded
    source["Lessons/clusters/orders.yaml"] =
      (["version: now", "schedulers: \(schedulers)", "nodes:"] + nodes.map { "  - \($0)" }).joined(separator: "\n")
    source["Lessons/manifests/pair.yaml"] = pair
    let lines =
      ["id: watch-not-orders", "minutes: 5", "cluster: orders", "script:"] + script.map { "  - \($0)" }
      + ["questions:", "  - id: asked", "    at: start", "    ask: always"] + question.map { "    \($0)" }
    source["Lessons/components/watch-not-orders.yaml"] = lines.joined(separator: "\n") + "\n"
    return Course.load(source).course
  }

  static let two = [
    "{name: left, ip: 198.51.100.11, podCIDR: 172.21.1.0/24}",
    "{name: right, ip: 198.51.100.12, podCIDR: 172.21.2.0/24}",
  ]
  static let small = ["{name: left, ip: 198.51.100.11, podCIDR: 172.21.1.0/24, pods: \"1\"}"]

  /// Two Pods, each for a scheduler of its own.
  static let pair = ["default-scheduler", "batch"].enumerated().map { number, scheduler in
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: pod-\(number + 1), labels: {app: web}}
    spec:
      schedulerName: \(scheduler)
      containers: [{name: web, image: "demo/web:1.0"}]

    """
  }.joined(separator: "---\n")

  static func result(_ course: Course, seed: UInt64 = 0) throws -> (question: Question, run: Run, result: KeyResult) {
    let studio = Studio(course)
    let lesson = try #require(studio.lesson("components/watch-not-orders", seed: seed))
    let question = try #require(lesson.question("asked"))
    let made = studio.run(lesson, seed: seed)
    #expect(made.diagnostics.map(\.description) == [])
    let run = try #require(made.run)
    return (question, run, KeyMaker(studio).key(of: question, in: run))
  }

  static func key(_ course: Course) throws -> Key {
    let (_, _, result) = try result(course)
    guard case .key(let key) = result else {
      Issue.record("\(result)")
      throw KeyTests.Missing()
    }
    return key
  }

  static let replicas = [
    "kubectl create deployment web --image=demo/web:1.0 --replicas=2",
    "until pod/{{pod app=web 1}} PodScheduled", "until pod/{{pod app=web 2}} PodScheduled",
  ]

  @Test(arguments: [
    (["object: pods app=web", "field: spec.nodeName", "is: different"], "always"),
    (["object: pods app=web", "field: spec.nodeName", "is: same"], "never"),
    (["object: pods app=web", "field: count", "is: 2"], "always"),
    (["steps: [kubelet@* admit *]"], "sometimes"),
    (["steps: [kube-scheduler bind *]"], "always"),
    (["steps: [kube-proxy@left bind *]"], "never"),
  ])
  func twoReplicas(_ question: [String], _ answer: String) throws {
    let key = try Self.key(Self.course(script: Self.replicas, question: question))
    #expect(key.model == [answer])
    #expect(key.options.filter(\.isRight).map(\.text) == [answer])
    #expect(
      key.witnesses.map(\.holds).sorted { $0 && !$1 } == (answer == "sometimes" ? [true, false] : [answer == "always"])
    )
  }

  /// What a learner is shown: two orders from where they part, with the step that is asked for in one alone.
  @Test func whatIsSometimesSoHasTwoOrders() throws {
    let course = Self.course(script: Self.replicas, question: ["steps: [kubelet@* admit *]"])
    let key = try Self.key(course)
    let (question, run, _) = try Self.result(course)
    func orders(_ witnesses: [Key.Witness]) -> TwoOrders? {
      Studio(course).orders(witnesses, question, in: run.lesson, seed: 0, version: run.version)
    }
    let shown = try #require(orders(key.witnesses))
    let (yes, no) = (shown.holds.map(\.text), shown.fails.map(\.text))
    #expect(yes.contains { $0.contains(" admit ") })
    #expect(!no.contains { $0.contains(" admit ") })
    #expect(yes.first != no.first)
    #expect(orders([key.witnesses[0]]) == nil)
  }

  static func race(_ question: [String], schedulers: String = "[batch]") -> Course {
    let script = ["kubectl apply -f pair.yaml", "advance 1s"]
    return course(script: script, question: question, nodes: small, schedulers: schedulers)
  }

  @Test func twoSchedulersCanGiveAwayTheLastPlaceTwice() throws {
    let both = ["object: pods app=web", "field: spec.nodeName", "is: left"]
    let course = Self.race(both)
    let key = try Self.key(course)
    #expect(key.model == ["sometimes"])
    // The order that was found is a run that anybody can go through.
    let (question, run, _) = try Self.result(course)
    for witness in key.witnesses {
      var replay = try #require(KeyMaker(Studio(course)).start(of: question, run))
      var choices = witness.choices.map { Clockwork.Choice($0) }[...]
      while replay.step(following: &choices) != nil {}
      #expect(choices.isEmpty)
      let pods = replay.simulation.etcd.objects.compactMap(\.pod)
      #expect(pods.count == 2)
      #expect(pods.allSatisfy { $0.spec.nodeName == "left" } == witness.holds)
      #expect(pods.contains { $0.status.reason == "OutOfpods" } == witness.holds, "\(pods.map(\.status.reason))")
    }
  }

  /// One Pod and one scheduler; nobody else is there to act.
  @Test(arguments: [
    ("kubectl run web --image=demo/web:1.0", ["object: pod/web", "field: spec.nodeName", "is: left"]),
    ("kubectl run web --image=demo/web:1.0", ["steps: [kube-scheduler record *]"]),
    ("kubectl run web --image=demo/web:1.0", ["steps: [kube-scheduler schedule *]"]),
  ])
  func theReducedSearchOfAClusterFindsTheEndingsOfTheFullOne(_ line: String, _ question: [String]) throws {
    let script = ["break kube-controller-manager", "break kubelet@left", line]
    let course = Self.course(script: script, question: question, nodes: Self.small)
    let (asked, run, _) = try Self.result(course)
    let proposition = try #require(Proposition(asked))
    let full = KeyMaker.search(run.simulation, proposition, .full, limit: 10_000)
    let reduced = KeyMaker.search(run.simulation, proposition)
    #expect(reduced.isComplete || reduced.outcomes.count == 2, "\(reduced.steps) steps")
    #expect(full.isComplete && reduced.steps * 10 < full.steps)
    #expect(reduced.outcomes.sorted() == full.outcomes.sorted(), "\(full.steps) \(reduced.steps)")
  }

  @Test func aDecisionThatTooManyOrdersLeadToHasNoKey() throws {
    let script = [
      "kubectl create deployment web --image=demo/web:1.0 --replicas=2", "until deployment/web Ready",
    ]
    let course = Self.course(
      script: script,
      question: ["object: pods app=web", "field: spec.nodeName", "is: different"]
    )
    let findings = ModelChecks(Studio(course), seeds: []).run(
      try #require(course.lesson("components/watch-not-orders"))
    )
    let finding = findings.first { $0.summary.contains("has no key") }
    #expect(finding?.line == 8, "\(findings)")
    #expect(finding?.fix?.contains("until") == true)
  }

  @Test(arguments: [
    (["steps: []"], "has no `object`"),
    (["object: pod/web", "field: status.phase"], "has no `is`"),
    (["object: pod/web", "is: Running"], "has no `field`"),
    (["steps: [a b c]", "is: Running"], "not both"),
    (["steps: [a b c, a b d, a b e]"], "one or two steps"),
  ])
  func whatSaysNothingIsRefused(_ question: [String], _ summary: String) throws {
    let course = Self.course(script: ["kubectl run web --image=demo/web:1.0"], question: question)
    let findings = Checks(requiredWords: []) { _, _ in [] }.run(course)
    #expect(findings.contains { $0.summary.contains(summary) }, "\(findings.map(\.summary))")
  }
}
