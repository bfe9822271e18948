import Clockwork
import Foundation
import Testing
import Yams

@testable import Kubernetes

@Suite("What kubectl prints")
struct PrintingTests {
  private static let now: Int64 = 3_600_000

  private static func pod(_ name: String, age: Int64 = 4000) -> Pod {
    var pod = Pod(metadata: ObjectMeta(name: name, namespace: "default", labels: ["run": name]))
    pod.metadata.creationTimestamp = Timestamp(now - age)
    pod.spec.containers = [Container(name: name, image: "demo/web:1.0")]
    pod.spec.nodeName = "node-2"
    pod.status.phase = "Running"
    pod.status.podIP = "10.244.0.9"
    var status = ContainerStatus()
    status.name = name
    status.ready = true
    status.state = .running(since: Timestamp(now - 3000))
    pod.status.containerStatuses = [status]
    return pod
  }

  @Test("a wide table of Pods is what was recorded")
  func widePods() {
    var options = ObjectTable.Options()
    options.isWide = true
    let table = ObjectTable([Object(pod: Self.pod("web"))], .then, now: Self.now, options)
    #expect(
      table.text == """
        NAME   READY   STATUS    RESTARTS   AGE   IP           NODE     NOMINATED NODE   READINESS GATES
        web    1/1     Running   0          4s    10.244.0.9   node-2   <none>           <none>

        """
    )
  }

  @Test("newer releases say when the last restart was", arguments: [(Version.then, "4"), (Version.now, "4 (15s ago)")])
  func restarts(version: Version, text: String) {
    var pod = Self.pod("crash")
    pod.status.containerStatuses[0].restartCount = 4
    var end = ContainerStateTerminated()
    end.finishedAt = Timestamp(Self.now - 15_000)
    pod.status.containerStatuses[0].lastState = .terminated(end)
    #expect(PodStatusColumn(pod, version).restartText(now: Self.now, version) == text)
  }

  @Test("options add columns and take the header away")
  func options() {
    var options = ObjectTable.Options()
    options.showsNamespace = true
    options.showsKind = true
    options.showsLabels = true
    options.hasHeaders = false
    let table = ObjectTable([Object(pod: Self.pod("web"))], .now, now: Self.now, options)
    #expect(table.text == "default   pod/web   1/1   Running   0     4s    run=web\n")
  }

  @Test("nodes show roles, readiness and whether they are cordoned")
  func nodes() {
    var node = Node(metadata: ObjectMeta(name: "cp1", labels: ["node-role.kubernetes.io/control-plane": ""]))
    node.metadata.creationTimestamp = Timestamp(Self.now - 600_000)
    node.status.conditions = [NodeCondition(type: "Ready", status: "True")]
    node.status.nodeInfo.kubeletVersion = "v1.35.0"
    node.spec.unschedulable = true
    let table = ObjectTable([Object(node: node)], .now, now: Self.now)
    #expect(table.rows[1] == ["cp1", "Ready,SchedulingDisabled", "control-plane", "10m", "v1.35.0"])
    node.status.conditions = [NodeCondition(type: "Ready", status: "Unknown")]
    node.spec.unschedulable = false
    node.metadata.labels = [:]
    #expect(ObjectTable([Object(node: node)], .now, now: Self.now).rows[1][1...2] == ["NotReady", "<none>"])
  }

  @Test("events say when they were last seen")
  func events() {
    var event = Event()
    event.type = "Warning"
    event.reason = "FailedScheduling"
    event.message = "0/2 nodes are available: 2 Insufficient cpu."
    event.eventTime = MicroTime(Self.now - 75_200)
    event.involvedObject.kind = "Pod"
    event.involvedObject.name = "big"
    #expect(
      ObjectTable([Object(event: event)], .then, now: Self.now).text == """
        LAST SEEN   TYPE      REASON             OBJECT    MESSAGE
        75s         Warning   FailedScheduling   pod/big   0/2 nodes are available: 2 Insufficient cpu.

        """
    )
  }

  @Test(
    "ages have two or three figures",
    arguments: [
      (-2000, "<invalid>"), (-1000, "0s"), (119_999, "119s"), (120_000, "2m"), (136_547, "2m16s"), (600_000, "10m"),
      (10_800_000, "3h"), (11_100_000, "3h5m"), (172_800_000, "2d"), (190_000_000, "2d4h"), (900_000_000, "10d"),
      (70_000_000_000, "2y80d"),
    ] as [(Int64, String)]
  )
  func ages(milliseconds: Int64, text: String) {
    #expect(TimeText.age(milliseconds: milliseconds) == text)
  }

  @Test("a moment is written with its weekday")
  func moment() {
    #expect(TimeText.longText(Timestamp(text: "2026-11-22T07:37:06Z")) == "Sun, 22 Nov 2026 07:37:06 +0000")
    #expect(TimeText.longText(Timestamp(text: "2024-02-29T23:59:59Z")) == "Thu, 29 Feb 2024 23:59:59 +0000")
  }

  // MARK: YAML and JSON

  static let recordings: [String] = {
    let flows = Oracle.folder.appendingPathComponent("flows")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: flows.path)) ?? []
    return names.sorted().map { flows.appendingPathComponent("\($0)/objects.yaml").path }
      .filter { (try? String(contentsOfFile: $0, encoding: .utf8)) != nil }
  }()

  @Test("what a real kubectl printed is printed again, byte for byte", arguments: recordings)
  func recorded(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard let node = try Yams.compose(yaml: text) else { return }
    let got = YAMLText.of(Self.value(node))
    let lines = zip(got.split(separator: "\n"), text.split(separator: "\n"))
    if let (ours, theirs) = lines.first(where: { $0 != $1 }) {
      Issue.record("\(path): got \(ours), expected \(theirs)")
    }
    #expect(got == text)
  }

  private static func value(_ node: Yams.Node) -> Value {
    switch node {
    case .mapping(let map): return .map(map.map { .init($0.key.string ?? "", value($0.value)) })
    case .sequence(let list): return .list(list.map(value))
    case .scalar(let scalar):
      if scalar.style != .plain { return .string(scalar.string) }
      if let number = Int64(scalar.string) { return .integer(number) }
      if let flag = Bool(scalar.string) { return .bool(flag) }
      return scalar.string == "null" ? .null : .string(scalar.string)
    default: return .null
    }
  }

  @Test(
    "strings are quoted only where they must be",
    arguments: [
      ("web", "web"), ("", "\"\""), ("true", "\"true\""), ("off", "\"off\""), ("null", "\"null\""), ("~", "\"~\""),
      ("8080", "\"8080\""), ("1.20", "\"1.20\""), ("1e3", "\"1e3\""), ("0x1f", "\"0x1f\""), ("1:30", "\"1:30\""),
      ("2026-11-22", "\"2026-11-22\""), ("64Mi", "64Mi"), ("10.244.0.9", "10.244.0.9"), ("v1.20.2", "v1.20.2"),
      ("a: b", "'a: b'"), ("it's: b", "'it''s: b'"), ("a #b", "'a #b'"), ("[x]", "'[x]'"), ("{x}", "'{x}'"),
      ("- x", "'- x'"), ("-x", "-x"), ("*", "'*'"), (" x", "' x'"), ("x:", "'x:'"), ("a:b", "a:b"), ("@x", "'@x'"),
      ("a\tb", "\"a\\tb\""), ("a\u{1B}b", "\"a\\eb\""), ("한글", "한글"), ("a\nb", "|-\n  a\n  b"),
      ("a\nb\n", "|\n  a\n  b"), ("a\n\n", "|+\n  a\n"), (" a\nb", "|2-\n   a\n  b"), ("a \nb", "\"a \\nb\""),
    ]
  )
  func strings(text: String, yaml: String) throws {
    let document = YAMLText.of(.map(("k", .string(text))))
    #expect(document == "k: \(yaml)\n")
    #expect(try Yams.compose(yaml: document)?["k"]?.string == text)
  }

  @Test("long strings are folded at a blank behind column 80")
  func folding() throws {
    let text = "0/3 nodes are available: " + String(repeating: "1 Insufficient cpu, ", count: 8) + "and so on."
    let document = YAMLText.of(.map(("message", .string(text))))
    #expect(
      document == """
        message: '0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient cpu, 1 Insufficient
          cpu, 1 Insufficient cpu, 1 Insufficient cpu, 1 Insufficient cpu, 1 Insufficient
          cpu, 1 Insufficient cpu, and so on.'

        """
    )
    #expect(try Yams.compose(yaml: document)?["message"]?.string == text)
  }

  @Test("maps and lists stand in each other as kubectl writes them")
  func nesting() {
    let value: Value = .map(
      ("b", .list([.map(("y", 1), ("x", .list([.list([1, 2]), .emptyMap]))), .list([]), "s"])),
      ("a10", .null),
      ("a9", .map(("k", true)))
    )
    #expect(
      YAMLText.of(value) == """
        a9:
          k: true
        a10: null
        b:
        - x:
          - - 1
            - 2
          - {}
          "y": 1
        - []
        - s

        """
    )
  }

  @Test("JSON escapes what could end a script")
  func json() {
    #expect(
      ObjectText.json(.map(("b", "<none>"), ("a", .list([])))) == """
        {
            "a": [],
            "b": "\\u003cnone\\u003e"
        }

        """
    )
  }
}
