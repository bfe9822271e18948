import Clockwork
import Testing

@testable import Kubernetes

@Suite("Patches")
struct PatchTests {
  static func conditions(ready: String, at time: Timestamp) -> [PodCondition] {
    let reason = ready == "True" ? "" : "ContainersNotReady"
    return [
      PodCondition(type: "Initialized", status: "True", since: Timestamp(1000)),
      PodCondition(type: "Ready", status: ready, reason: reason, since: time),
      PodCondition(type: "ContainersReady", status: ready, reason: reason, since: time),
      PodCondition(type: "PodScheduled", status: "True", since: Timestamp(1000)),
    ]
  }

  /// The four statuses of a Pod's youth: bound, accepted by the kubelet, running, waiting after a crash.
  static func statuses() -> [PodStatus] {
    var bound = PodStatus(phase: "Pending")
    bound.qosClass = "BestEffort"
    bound.conditions = [PodCondition(type: "PodScheduled", status: "True", since: Timestamp(1000))]
    var accepted = bound
    accepted.conditions = conditions(ready: "False", at: Timestamp(1000))
    accepted.hostIP = "192.168.56.12"
    accepted.startTime = Timestamp(1000)
    var container = ContainerStatus()
    container.name = "web"
    container.image = "demo/web:1.0"
    container.state = .waiting(reason: "ContainerCreating")
    accepted.containerStatuses = [container]
    var running = accepted
    running.phase = "Running"
    running.conditions = conditions(ready: "True", at: Timestamp(2000))
    running.podIP = "10.244.0.9"
    running.podIPs = [PodIP("10.244.0.9")]
    running.containerStatuses[0].state = .running(since: Timestamp(2000))
    running.containerStatuses[0].ready = true
    var waiting = running
    waiting.containerStatuses[0].state = .waiting(reason: "CrashLoopBackOff")
    return [bound, accepted, running, waiting]
  }

  @Test("The keys of the kubelet's status patches are those that a real kubelet sent")
  func statusKeys() {
    let states = Self.statuses()
    #expect(
      Patch.statusKeys(from: states[0], to: states[1])
        == "$setElementOrder/conditions,conditions,containerStatuses,hostIP,startTime"
    )
    #expect(
      Patch.statusKeys(from: states[1], to: states[2])
        == "$setElementOrder/conditions,conditions,containerStatuses,phase,podIP,podIPs"
    )
    #expect(Patch.statusKeys(from: states[2], to: states[3]) == "containerStatuses")
    var again = states[3]
    again.conditions = Self.conditions(ready: "False", at: Timestamp(3000))
    #expect(
      Patch.statusKeys(from: states[3], to: again) == "$setElementOrder/conditions,conditions"
    )
    #expect(Patch.statusKeys(from: again, to: again) == "")
  }

  @Test("A status patch, applied, gives the status it was computed for")
  func differenceApplied() throws {
    let states = Self.statuses()
    for before in states {
      for after in states {
        let patch = Patch.difference(from: before.value, to: after.value)
        let result = try Patch.apply(patch, .strategic, to: before.value, kind: .pod).get()
        var problems: [FieldProblem] = []
        #expect(PodStatus(result, problems: &problems) == after)
        #expect(problems == [])
      }
    }
  }

  static let spec: Value = .map(
    ("containers", .list([.map(("image", "a:1"), ("name", "a")), .map(("image", "b:1"), ("name", "b"))])),
    ("nodeSelector", .map(("disk", "ssd"), ("zone", "a"))),
    ("tolerations", .list([.map(("key", "x"))]))
  )

  @Test("Containers are merged by name, tolerations are replaced, null removes")
  func strategic() throws {
    let patch: Value = .map(
      ("containers", .list([.map(("image", "b:2"), ("name", "b"))])),
      ("nodeSelector", .map(("disk", .null))),
      ("tolerations", .list([.map(("key", "y"))]))
    )
    let result = try Patch.apply(patch, .strategic, to: Self.spec, kind: .pod).get()
    #expect(
      result.canonical
        == "{\"containers\":[{\"image\":\"a:1\",\"name\":\"a\"},{\"image\":\"b:2\",\"name\":\"b\"}],"
        + "\"nodeSelector\":{\"zone\":\"a\"},\"tolerations\":[{\"key\":\"y\"}]}"
    )
  }

  @Test("Directives delete, replace and order elements")
  func directives() throws {
    let delete: Value = .map(("containers", .list([.map(("$patch", "delete"), ("name", "a"))])))
    #expect(
      try Patch.apply(delete, .strategic, to: Self.spec, kind: .pod).get()["containers"]?.canonical
        == "[{\"image\":\"b:1\",\"name\":\"b\"}]"
    )
    let order: Value = .map(
      ("$setElementOrder/containers", .list([.map(("name", "b")), .map(("name", "c")), .map(("name", "a"))])),
      ("containers", .list([.map(("image", "c:1"), ("name", "c"))]))
    )
    let names = try Patch.apply(order, .strategic, to: Self.spec, kind: .pod).get()["containers"]?.elements
    #expect(names?.map { $0["name"]?.plain } == ["b", "c", "a"])
    let replace: Value = .map(("nodeSelector", .map(("$patch", "replace"), ("cpu", "fast"))))
    #expect(
      try Patch.apply(replace, .strategic, to: Self.spec, kind: .pod).get()["nodeSelector"]?.canonical
        == "{\"cpu\":\"fast\"}"
    )
  }

  @Test("New elements without an order stand before those that the patch does not name")
  func newElement() throws {
    let patch: Value = .map(("containers", .list([.map(("image", "c:1"), ("name", "c"))])))
    let names = try Patch.apply(patch, .strategic, to: Self.spec, kind: .pod).get()["containers"]?.elements
    #expect(names?.map { $0["name"]?.plain } == ["c", "a", "b"])
  }

  @Test("An element without its merge key is refused")
  func noMergeKey() {
    let patch: Value = .map(("containers", .list([.map(("image", "b:2"))])))
    guard case .failure(let failure) = Patch.apply(patch, .strategic, to: Self.spec, kind: .pod) else {
      Issue.record("the patch was taken")
      return
    }
    #expect(failure.text == "map: map[image:b:2] does not contain declared merge key: name")
  }

  @Test("A volume that changes its source loses the old one")
  func retainKeys() throws {
    let before: Value = .map(("volumes", .list([.map(("emptyDir", .emptyMap), ("name", "v"))])))
    let after: Value = .map(("volumes", .list([.map(("hostPath", .map(("path", "/v"))), ("name", "v"))])))
    let patch = Patch.difference(from: before, to: after)
    #expect(patch["volumes"]?.elements?[0]["$retainKeys"]?.canonical == "[\"hostPath\",\"name\"]")
    #expect(try Patch.apply(patch, .strategic, to: before, kind: .pod).get().sorted == after)
  }

  @Test("kubectl apply removes what it applied before and leaves alone what others wrote")
  func threeWay() throws {
    let original: Value = .map(("metadata", .map(("labels", .map(("a", "1"), ("b", "1"))))))
    let modified: Value = .map(("metadata", .map(("labels", .map(("a", "2"))))))
    let current: Value = .map(("metadata", .map(("labels", .map(("a", "1"), ("b", "1"), ("other", "x"))))))
    let patch = Patch.threeWay(original: original, modified: modified, current: current)
    #expect(patch.canonical == "{\"metadata\":{\"labels\":{\"a\":\"2\",\"b\":null}}}")
    let result = try Patch.apply(patch, .strategic, to: current, kind: .pod).get()
    #expect(result.canonical == "{\"metadata\":{\"labels\":{\"a\":\"2\",\"other\":\"x\"}}}")
  }

  @Test("A merge patch replaces lists and removes by null")
  func merge() {
    let patch: Value = .map(("containers", .list([])), ("nodeSelector", .null), ("deep", .map(("x", .null), ("y", 1))))
    #expect(
      Patch.merge(patch, into: Self.spec).canonical
        == "{\"containers\":[],\"tolerations\":[{\"key\":\"x\"}],\"deep\":{\"y\":1}}"
    )
  }

  @Test("A JSON patch follows its pointers, or is refused as a whole")
  func json() throws {
    let patch: Value = .list([
      .map(("op", "test"), ("path", "/containers/0/name"), ("value", "a")),
      .map(("op", "replace"), ("path", "/containers/0/image"), ("value", "a:2")),
      .map(("op", "add"), ("path", "/containers/-"), ("value", .map(("name", "c")))),
      .map(("op", "add"), ("path", "/nodeSelector/a~1b"), ("value", "x")),
      .map(("op", "remove"), ("path", "/tolerations")),
      .map(("op", "move"), ("path", "/nodeSelector/kind"), ("from", "/nodeSelector/disk")),
    ])
    #expect(
      try Patch.apply(patch, .json, to: Self.spec, kind: .pod).get().canonical
        == "{\"containers\":[{\"image\":\"a:2\",\"name\":\"a\"},{\"image\":\"b:1\",\"name\":\"b\"},{\"name\":\"c\"}],"
        + "\"nodeSelector\":{\"zone\":\"a\",\"a/b\":\"x\",\"kind\":\"ssd\"}}"
    )
    let wrong: [Value] = [
      .map(("op", "test"), ("path", "/containers/0/name"), ("value", "z")),
      .map(("op", "remove"), ("path", "/none")),
      .map(("op", "replace"), ("path", "/containers/7"), ("value", 1)),
      .map(("op", "jump"), ("path", "/containers")),
    ]
    for operation in wrong {
      guard case .failure(let failure) = Patch.apply(.list([operation]), .json, to: Self.spec, kind: .pod) else {
        Issue.record("the patch was taken")
        continue
      }
      #expect(failure.code == 422)
    }
  }
}
