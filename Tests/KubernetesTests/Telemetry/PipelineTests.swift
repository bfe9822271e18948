import Clockwork
import Testing

@testable import Kubernetes

/// The long way: counter, cAdvisor, kubelet, metrics-server, API, `kubectl top`.
@Suite struct PipelineTests {
  static func spec(_ version: Version, metrics: Bool = true, nodes: Int = 2) -> ClusterSpec {
    var problems: [FieldProblem] = []
    var machines: [Value] = []
    for number in 1...nodes {
      machines.append(.map(("name", .string("node\(number)")), ("ip", .string("192.168.56.1\(number)"))))
    }
    let value: Value = .map(
      ("version", .string(version.rawValue)),
      ("serviceCIDR", "10.96.0.0/12"),
      ("controlPlane", .map(("ip", "192.168.56.10"))),
      ("nodes", .list(machines)),
      ("addons", .map(("metrics-server", .bool(metrics))))
    )
    let spec = ClusterSpec(value, problems: &problems)
    #expect(problems.isEmpty)
    return spec
  }

  static func images() -> Images {
    var images = Images()
    var web = Image("demo/web:1.0")
    web.cpu = "5m"
    web.memory = "12Mi"
    images.add(web)
    return images
  }

  static func run(_ spec: ClusterSpec, _ script: String) -> Simulation {
    let parser = ScriptParser(version: spec.version) { _ in .objects([]) }
    let (lines, problems) = parser.parse(script)
    #expect(problems.isEmpty)
    var simulation = Simulation(spec, images: images(), seed: 1, script: lines, parser: parser, budget: 16)
    let isFinished = simulation.run()
    #expect(isFinished)
    #expect(simulation.problems.isEmpty)
    #expect(simulation.world.objections.isEmpty)
    return simulation
  }

  /// What kubectl printed after the line `mark here`, without the blanks at line ends.
  static func printed(_ simulation: Simulation) -> [String] {
    var isHere = false
    var out: [String] = []
    for row in simulation.rows {
      if row.record.verb == "mark" { isHere = true }
      if isHere, row.record.verb == "print" { out.append(row.record.note) }
    }
    return out.flatMap { $0.split(separator: "\n").map { line in trimmed(String(line)) } }
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }

  static let running = """
    preload demo/web:1.0
    kubectl run web --image=demo/web:1.0
    until pod/web Ready

    """

  /// Idle, under load, and idle again: the numbers follow, later than the load.
  @Test(arguments: [Version.then, .now]) func topFollowsTheLoad(_ version: Version) {
    let wait = version == .then ? "150s" : "60s"
    let simulation = Self.run(
      Self.spec(version),
      Self.running + """
        advance \(wait)
        mark here
        kubectl top pods
        load run=web cpu=220m memory=34Mi
        kubectl top pods
        advance \(wait)
        kubectl top pods
        load run=web cpu=0
        advance \(wait)
        kubectl top pods --no-headers
        """
    )
    #expect(
      Self.printed(simulation) == [
        "NAME   CPU(cores)   MEMORY(bytes)", "web    5m           12Mi",
        "NAME   CPU(cores)   MEMORY(bytes)", "web    5m           12Mi",
        "NAME   CPU(cores)   MEMORY(bytes)", "web    220m         34Mi",
        "web   0m    12Mi",
      ]
    )
  }

  @Test func aPodThatJustStartedIsNotMeasured() {
    let simulation = Self.run(Self.spec(.now), Self.running + "mark here\nkubectl top pods\nkubectl top pod web")
    #expect(
      Self.printed(simulation) == [
        "error: metrics not available yet",
        "Error from server (NotFound): podmetrics.metrics.k8s.io \"default/web\" not found",
      ]
    )
  }

  @Test(arguments: [Version.then, .now]) func nothingIsThereWithoutTheAddOn(_ version: Version) {
    let simulation = Self.run(
      Self.spec(version, metrics: false),
      "load app=web cpu=20m\nmark here\nkubectl top pods\nkubectl top nodes"
    )
    #expect(Self.printed(simulation) == ["error: Metrics API not available", "error: Metrics API not available"])
  }

  @Test func nodesAreMeasuredFromTheBeginning() {
    let simulation = Self.run(Self.spec(.now), "mark here\nkubectl top nodes\nkubectl top pods")
    #expect(
      Self.printed(simulation) == [
        "NAME    CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)",
        "node1   60m          3%       400Mi           9%",
        "node2   60m          3%       400Mi           9%",
        "No resources found in default namespace.",
      ]
    )
  }

  /// One bad node: its line is unknown, and its Pods are missing.
  @Test func aNodeThatDoesNotAnswerIsUnknown() {
    let simulation = Self.run(
      Self.spec(.now),
      "break kubelet@node1\nadvance 40s\nmark here\nkubectl top nodes --sort-by=cpu"
    )
    #expect(
      Self.printed(simulation) == [
        "NAME    CPU(cores)   CPU(%)      MEMORY(bytes)   MEMORY(%)",
        "node2   60m          3%          400Mi           9%",
        "node1   <unknown>    <unknown>   <unknown>       <unknown>",
      ]
    )
    let log = simulation.rows.last { $0.record.resource == "log" && $0.record.actor == "metrics-server" }?.record.note
    let url = "https://192.168.56.11:10250/metrics/resource"
    let refused = "dial tcp 192.168.56.11:10250: connect: connection refused"
    #expect(log == "\"Failed to scrape node\" err=\"Get \\\"\(url)\\\": \(refused)\" node=\"node1\"")
  }

  /// metrics-server down: at once 503, then the condition says so; both end some time after it is back.
  @Test func withoutMetricsServerTheAPIIsUnavailable() throws {
    let script =
      Self.running + """
        advance 60s
        break metrics-server
        mark here
        kubectl top pods
        advance 60s
        kubectl top nodes
        """
    let simulation = Self.run(Self.spec(.now), script)
    let text = "Error from server (ServiceUnavailable): the server is currently unable to handle the request"
    #expect(Self.printed(simulation) == ["\(text) (get pods.metrics.k8s.io)", "\(text) (get nodes.metrics.k8s.io)"])
    let key = ObjectKey(.apiService, "", "v1beta1.metrics.k8s.io")
    let condition = try #require(simulation.object(key)?.as(APIService.self)?.available)
    #expect(condition.status == "False")
    #expect(condition.reason == "FailedDiscoveryCheck")
    let url = "https://10.96.0.100:443/apis/metrics.k8s.io/v1beta1"
    let refused = "dial tcp 10.96.0.100:443: connect: connection refused"
    #expect(condition.message == "failing or missing response from \(url): Get \"\(url)\": \(refused)")

    let back = Self.run(Self.spec(.now), script + "\nrepair metrics-server\nadvance 90s\nmark here\nkubectl top pods")
    #expect(Self.printed(back).last == "web    5m           12Mi")
    #expect(back.object(key)?.as(APIService.self)?.available?.reason == "Passed")
  }

  /// A total is divided over the Pods that are ready, and again when one more is.
  @Test func sharedLoadIsDividedAnew() {
    let simulation = Self.run(
      Self.spec(.now),
      """
      preload demo/web:1.0
      kubectl run a --image=demo/web:1.0 -l app=web
      until pod/a Ready
      load app=web cpu=230m shared
      advance 60s
      mark here
      kubectl top pods --no-headers
      kubectl run b --image=demo/web:1.0 -l app=web
      until pod/b Ready
      kubectl run c --image=demo/web:1.0 -l app=web
      kubectl run d --image=demo/web:1.0 -l app=web
      advance 60s
      kubectl top pods --no-headers --sum
      kubectl delete pod d
      advance 60s
      kubectl top pods --no-headers --sort-by=cpu
      """
    )
    #expect(
      Self.printed(simulation).filter { !$0.hasPrefix("pod") } == [
        "a     230m   12Mi",
        "a     58m        12Mi", "b     58m        12Mi", "c     57m        12Mi", "d     57m        12Mi",
        "      ________   ________", "      230m       48Mi",
        "a     77m   12Mi", "b     77m   12Mi", "c     76m   12Mi",
      ]
    )
  }

  /// A container that needs more memory than it may have is killed by the kernel, and starts again.
  @Test func theKernelKillsWhatNeedsTooMuchMemory() {
    let simulation = Self.run(
      Self.spec(.then),
      """
      preload demo/web:1.0
      kubectl run web --image=demo/web:1.0 --limits=memory=32Mi
      until pod/web Ready
      load run=web memory=40Mi
      advance 5s
      """
    )
    let pod = simulation.object(ObjectKey(.pod, "default", "web"))?.pod
    let last =
      pod?.status.containerStatuses.first?.lastState.terminated
      ?? pod?.status.containerStatuses.first?.state.terminated
    #expect(last?.reason == "OOMKilled")
    #expect(last?.exitCode == 137)
  }

  @Test func theSameSeedGivesTheSameRun() {
    let script = Self.running + "load run=web cpu=220m\nadvance 60s\nkubectl top pods"
    #expect(Self.run(Self.spec(.now), script).digest == Self.run(Self.spec(.now), script).digest)
  }
}
