import Clockwork
import Testing

@testable import Kubernetes

/// Who has to go, and what becomes of it.
@Suite struct PreemptionTests {
  private static func manifest(_ name: String, cpu: String, priority: String = "") -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)}
    spec:
      terminationGracePeriodSeconds: 3
      \(priority.isEmpty ? "" : "priorityClassName: \(priority)")
      containers:
        - {name: web, image: "demo/web:1.0", resources: {requests: {cpu: "\(cpu)"}}}

    """
  }

  private static let files = [
    "low-1.yaml": manifest("low-1", cpu: "1500m"), "low-2.yaml": manifest("low-2", cpu: "1500m"),
    "high.yaml": manifest("high", cpu: "1500m", priority: "system-cluster-critical"),
    "patient.yaml": manifest("high", cpu: "1500m", priority: "patient"),
    "class.yaml": """
    apiVersion: scheduling.k8s.io/v1
    kind: PriorityClass
    metadata: {name: patient}
    value: 1000
    preemptionPolicy: Never

    """,
  ]

  private static let script = """
    preload demo/web:1.0
    kubectl apply -f low-1.yaml
    kubectl apply -f low-2.yaml
    until pod/low-1 Running
    until pod/low-2 Running
    kubectl apply -f high.yaml
    """

  @Test(arguments: [Version.then, .now])
  func theImportantPodGetsTheNodeOfAnother(_ version: Version) throws {
    let flow = try Flow(Self.script + "\nuntil pod/high Running\n", version, Self.files)
    let victim = flow.pod("low-1") == nil ? "low-1" : "low-2"
    let other = victim == "low-1" ? "low-2" : "low-1"
    #expect(flow.pod(victim) == nil)
    #expect(flow.pod(other)?.status.phase == "Running")
    let high = try #require(flow.pod("high"))
    #expect(high.status.nominatedNodeName == "")
    let node = high.spec.nodeName
    let text = "Warning FailedScheduling: 0/2 nodes are available: 2 Insufficient cpu."
    let events = flow.events(about: "high").filter { $0.contains("Schedul") }
    let scheduled = "Normal Scheduled: Successfully assigned default/high to \(node)"
    let who = version == .then ? "default/high" : "pod \(high.metadata.uid)"
    // Then the scheduler's own status patch makes it try once more.
    #expect(events == (version == .then ? [text, text, scheduled] : [text, scheduled]))
    #expect(flow.events(about: victim).contains("Normal Preempted: Preempted by \(who) on node \(node)"))
    let writes = flow.rows(by: ["kube-scheduler"]).filter { $0.contains(victim) }
    let deletion = writes.filter { $0.hasPrefix("delete pods \(victim)") }
    #expect(deletion.count == 1)
    #expect(deletion[0].hasPrefix("delete pods \(victim): request gracePeriodSeconds=None; response deletionGrace"))
    let marks = writes.filter { $0.hasPrefix("patch pods/status") && $0.contains("DisruptionTarget") }
    #expect(marks.count == (version == .then ? 0 : 1))
  }

  /// While the victim leaves, the node is kept: the column and the condition say so, and nobody else is evicted.
  @Test(arguments: [Version.then, .now])
  func theNodeIsKeptWhileTheVictimLeaves(_ version: Version) throws {
    let flow = try Flow(Self.script + "\nadvance 1s\nkubectl get pods -o wide\n", version, Self.files)
    let high = try #require(flow.pod("high"))
    #expect(high.spec.nodeName == "")
    #expect(high.status.nominatedNodeName != "")
    #expect(high.status[condition: "PodScheduled"]?.reason == "Unschedulable")
    let leaving = ["low-1", "low-2"].compactMap { flow.pod($0) }.filter { $0.metadata.deletionTimestamp != nil }
    #expect(leaving.map(\.spec.nodeName) == [high.status.nominatedNodeName])
    #expect(
      leaving[0].status[condition: "DisruptionTarget"]?.reason == (version == .now ? "PreemptionByScheduler" : nil)
    )
  }

  @Test func whoNeverPreemptsWaits() throws {
    let script = "kubectl apply -f class.yaml\n" + Self.script.replacing("high.yaml", with: "patient.yaml")
    let flow = try Flow(script + "\nadvance 5s\nkubectl get pc\n", .now, Self.files)
    #expect(flow.pod("high")?.spec.priority == 1000)
    let row = try #require(flow.printed.last { $0.contains("patient") }).split(separator: "\n").first {
      $0.hasPrefix("patient")
    }
    #expect(row?.split(separator: " ").map(String.init).dropLast(2) == ["patient", "1000", "false"])
    #expect(row?.hasSuffix("Never") == true)
    #expect(flow.pod("high")?.spec.nodeName == "")
    let text =
      "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to"
    #expect(flow.events(about: "high") == ["Warning FailedScheduling: \(text) preemptionPolicy=Never."])
    #expect(flow.pod("low-1")?.metadata.deletionTimestamp == nil)
  }

  @Test(arguments: [
    ("system-mine", Int64(1), "", "PriorityClass \"system-mine\" is invalid: metadata.name: Forbidden: priority class"),
    ("big", 2_000_000_000, "", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000"),
    ("odd", 1, "Sometimes", "preemptionPolicy: Unsupported value: \"Sometimes\""),
  ])
  func aClassIsChecked(_ name: String, _ value: Int64, _ policy: String, _ text: String) {
    var priority = PriorityClass()
    priority.metadata.name = name
    priority.value = value
    priority.preemptionPolicy = policy
    let object = Object(priority)
    let message = Validation.message(object, Validation.problems(object, .now))
    #expect(message.contains(text.replacing("PriorityClass \"", with: "PriorityClass.scheduling.k8s.io \"")))
  }

  @Test func aDefaultClassIsEverybodys() {
    var everyday = PriorityClass()
    everyday.metadata.name = "everyday"
    everyday.value = 7
    everyday.globalDefault = true
    everyday.preemptionPolicy = "Never"
    var pod = Pod()
    #expect(Admission.priority(&pod, [everyday]) == nil)
    #expect(pod.spec.priority == 7)
    #expect(pod.spec.priorityClassName == "everyday")
    #expect(pod.spec.preemptionPolicy == "Never")
    var other = Pod()
    other.spec.preemptionPolicy = "PreemptLowerPriority"
    #expect(Admission.priority(&other, [everyday])?.text.contains("the string value of PreemptionPolicy") == true)
  }

  // MARK: The pure part

  private static func info(_ name: String, cpu: String, priority: Int64, start: Int64? = 0) -> PodInfo {
    guard var pod = Sample.pod(name, cpu: cpu).pod else { return PodInfo(ObjectKey(.pod, "", name)) }
    pod.spec.priority = priority
    pod.status.startTime = start.map { Timestamp($0) }
    return PodInfo(pod, .now)
  }

  private static func node(_ name: String, _ pods: [PodInfo]) -> NodeInfo {
    var node = Sample.node(name, cpu: "2").node.map { NodeInfo($0) } ?? NodeInfo(name: name)
    for pod in pods { node.add(pod) }
    return node
  }

  private static func outcome(
    _ nodes: [NodeInfo],
    _ pod: PodInfo,
    _ version: Version = .now,
    seed: UInt64 = 1,
    nominated: String = "",
    budgets: [Preemption.Budget] = []
  ) -> Preemption.Outcome {
    let profile = SchedulerProfile(version)
    let rejections = nodes.compactMap { profile.filter(pod.demand, $0) }
    var random = Random(seed: seed)
    var preemption = Preemption(profile, pod, CycleState(), Nominees())
    preemption.budgets = budgets
    return preemption.run(
      nodes,
      rejections,
      policy: "PreemptLowerPriority",
      nominated: nominated,
      &random
    )
  }

  private static func found(_ outcome: Preemption.Outcome) -> String {
    guard case .found(let candidate) = outcome else { return "\(outcome)" }
    return "\(candidate.node): " + candidate.victims.map(\.key.name).joined(separator: " ")
  }

  @Test func asManyAsFitMayStay() {
    let high = Self.info("high", cpu: "1", priority: 10)
    let pods = [
      Self.info("old", cpu: "500m", priority: 1), Self.info("young", cpu: "500m", priority: 1, start: 9000),
      Self.info("better", cpu: "500m", priority: 5), Self.info("equal", cpu: "500m", priority: 10),
    ]
    #expect(Self.found(Self.outcome([Self.node("a", pods)], high)) == "a: old young")
    let small = Self.info("high", cpu: "500m", priority: 10)
    #expect(Self.found(Self.outcome([Self.node("a", pods)], small)) == "a: young")
  }

  @Test func aBudgetIsKeptWhereThatIsPossible() {
    let high = Self.info("high", cpu: "2", priority: 10)
    var kept = Self.info("kept", cpu: "2", priority: 1)
    kept.labels = ["app": "kept"]
    let dear = Self.info("dear", cpu: "2", priority: 5)
    let selector = LabelSelector(matchLabels: ["app": "kept"])
    func taken(_ nodes: [NodeInfo], allowed: Int64) -> String {
      let budget = Preemption.Budget(namespace: kept.namespace, selector: selector, allowed: allowed)
      return Self.found(Self.outcome(nodes, high, budgets: [budget]))
    }
    let both = [Self.node("a", [kept]), Self.node("b", [dear])]
    #expect(taken(both, allowed: 1) == "a: kept")
    #expect(taken(both, allowed: 0) == "b: dear")
    // Where nothing else helps, the budget is broken.
    #expect(taken([Self.node("a", [kept])], allowed: 0) == "a: kept")
  }

  @Test func theCheapestNodeIsTaken() {
    let high = Self.info("high", cpu: "2", priority: 10)
    func one(_ name: String, _ priority: Int64, cpu: String = "2", start: Int64 = 0) -> PodInfo {
      Self.info(name, cpu: cpu, priority: priority, start: start)
    }
    func taken(_ one: [PodInfo], _ other: [PodInfo]) -> String {
      Self.found(Self.outcome([Self.node("a", one), Self.node("b", other)], high))
    }
    #expect(taken([one("p", 3)], [one("q", 2)]) == "b: q")
    #expect(taken([one("p", 2, cpu: "1"), one("r", 2, cpu: "1")], [one("q", 2)]) == "b: q")
    #expect(
      taken([one("p", 2, cpu: "1"), one("r", 1, cpu: "1")], [one("q", 2, cpu: "1"), one("s", 0, cpu: "1")]) == "b: q s"
    )
    #expect(taken([one("p", 2, start: 1000)], [one("q", 2, start: 5000)]) == "b: q")
    var seen: Set<String> = []
    for seed in 1...20 as ClosedRange<UInt64> {
      let nodes = [Self.node("a", [one("p", 2)]), Self.node("b", [one("q", 2)])]
      seen.insert(Self.found(Self.outcome(nodes, high, seed: seed)))
    }
    #expect(seen == ["a: p", "b: q"])
  }

  @Test func noEvictionHelpsWhereNobodyIsLessImportant() {
    let high = Self.info("high", cpu: "1", priority: 1)
    var cordoned = Self.node("c", [])
    cordoned.isUnschedulable = true
    let nodes = [
      Self.node("a", [Self.info("equal", cpu: "2", priority: 1)]), cordoned,
      Self.node("b", [Self.info("equal", cpu: "1500m", priority: 1), Self.info("less", cpu: "250m", priority: 0)]),
    ]
    let profile = SchedulerProfile(.now)
    let rejections = nodes.compactMap { profile.filter(high.demand, $0) }
    let text = SchedulingFailure.message(rejections, .now, preemption: Self.outcome(nodes, high))
    #expect(
      text == "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate,"
        + " preemption: 0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod,"
        + " 1 Preemption is not helpful for scheduling."
    )
  }

  @Test func whatWasClearedForAnotherIsTaken() {
    var nominees = Nominees()
    nominees.add(Self.info("first", cpu: "1500m", priority: 5), to: "a")
    let profile = SchedulerProfile(.now)
    let node = Self.node("a", [])
    func fits(_ priority: Int64) -> Bool {
      profile.filter(Self.info("next", cpu: "1", priority: priority), node, CycleState(), nominees) == nil
    }
    #expect(!fits(4))
    #expect(!fits(5))
    #expect(fits(6))
    nominees.remove(Self.info("first", cpu: "", priority: 5).key)
    #expect(nominees.isEmpty && fits(4))
  }
}
