import Clockwork
import Testing

@testable import Kubernetes

@Suite("Objects and trees")
struct ObjectTests {
  static let pod: Value = .map(
    ("apiVersion", "v1"),
    ("kind", "Pod"),
    (
      "metadata",
      .map(
        ("creationTimestamp", "2026-11-22T08:00:05Z"),
        ("labels", .map(("run", "web"))),
        ("name", "web"),
        ("namespace", "default"),
        ("resourceVersion", "1279")
      )
    ),
    (
      "spec",
      .map(
        (
          "containers",
          .list([
            .map(
              ("image", "demo/web:1.0"),
              ("name", "web"),
              ("ports", .list([.map(("containerPort", 8080), ("protocol", "TCP"))])),
              ("resources", .emptyMap),
              ("stdin", true)
            )
          ])
        ),
        ("hostAliases", .list([.map(("ip", "10.0.0.1"))])),
        ("nodeName", "node-2"),
        ("securityContext", .emptyMap)
      )
    ),
    (
      "status",
      .map(
        (
          "conditions",
          .list([
            .map(
              ("lastProbeTime", .null),
              ("lastTransitionTime", "2026-11-22T08:00:06Z"),
              ("status", "True"),
              ("type", "Ready")
            )
          ])
        ),
        (
          "containerStatuses",
          .list([
            .map(
              ("image", "demo/web:1.0"),
              ("imageID", ""),
              ("lastState", .emptyMap),
              ("name", "web"),
              ("ready", true),
              ("restartCount", 0),
              ("started", true),
              ("state", .map(("running", .map(("startedAt", "2026-11-22T08:00:06Z")))))
            )
          ])
        ),
        ("phase", "Running")
      )
    )
  )

  @Test("A Pod survives the way from tree to record and back, with fields that nobody models")
  func roundTrip() throws {
    var problems: [FieldProblem] = []
    let object = try #require(Object(value: Self.pod, problems: &problems))
    #expect(problems == [])
    #expect(object.value == Self.pod)
    let pod = try #require(object.pod)
    #expect(pod.spec.nodeName == "node-2")
    #expect(pod.metadata.resourceVersion == 1279)
    #expect(pod.status[condition: "Ready"]?.lastTransitionTime == Timestamp(6000))
    #expect(pod.spec.containers[0].unknown == [Value.Entry("stdin", true)])
    #expect(Object(pod: pod) == object)
  }

  @Test("A change of a copy leaves the original alone")
  func copyOnWrite() throws {
    var problems: [FieldProblem] = []
    let object = try #require(Object(value: Self.pod, problems: &problems))
    var copy = object
    copy.updatePod { $0.spec.nodeName = "node-1" }
    #expect(object.pod?.spec.nodeName == "node-2")
    #expect(copy.pod?.spec.nodeName == "node-1")
    #expect(copy != object)
    copy.metadata.resourceVersion = 1300
    #expect(object.resourceVersion == 1279)
  }

  @Test("Wrong types are all found in one pass, in the words of the decoder")
  func wrongTypes() throws {
    var tree = Self.pod
    tree["spec"] = .map(
      ("containers", .list([.map(("image", 1), ("name", "web"), ("ports", "80"))])),
      ("hostNetwork", "yes")
    )
    tree["metadata"]?["labels"] = .map(("version", 1))
    var problems: [FieldProblem] = []
    _ = Object(value: tree, problems: &problems)
    #expect(
      problems.map { $0.text } == [
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
        "json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string",
        "json: cannot unmarshal string into Go struct field Container.spec.containers.ports of type []v1.ContainerPort",
        "json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool",
      ]
    )
    #expect(problems[1].path == ["spec", "containers", "0", "image"])
  }

  @Test("Unknown kinds are named")
  func unknownKinds() {
    var problems: [FieldProblem] = []
    let tree: Value = .map(("apiVersion", "v2"), ("kind", "Pod"))
    #expect(Object(value: tree, problems: &problems) == nil)
    #expect(problems[0].text == "no matches for kind \"Pod\" in version \"v2\"")
    #expect(Object(value: .map(("apiVersion", "v1")), problems: &problems) == nil)
    #expect(problems[1].text == "Object 'Kind' is missing in '{\"apiVersion\":\"v1\"}'")
  }

  @Test("An Event prints its metadata between its fields")
  func event() {
    var event = Event()
    event.metadata = ObjectMeta(name: "web.1", namespace: "default")
    event.message = "Started container web"
    event.eventTime = MicroTime(1250)
    let object = Object(event: event)
    #expect(
      object.value.canonical
        == "{\"apiVersion\":\"v1\",\"eventTime\":\"2026-11-22T08:00:01.250000Z\",\"firstTimestamp\":null,"
        + "\"involvedObject\":{},\"kind\":\"Event\",\"lastTimestamp\":null,\"message\":\"Started container web\","
        + "\"metadata\":{\"name\":\"web.1\",\"namespace\":\"default\"},\"reportingComponent\":\"\","
        + "\"reportingInstance\":\"\",\"source\":{}}"
    )
    #expect(object.event == event)
  }

  @Test(
    "Kinds answer to every name people use",
    arguments: [
      ("pods", "Pod"), ("po", "Pod"), ("Pod", "Pod"), ("no", "Node"), ("ev", "Event"), ("ns", "Namespace"),
      ("sa", "ServiceAccount"), ("cm", "ConfigMap"), ("secrets", "Secret"), ("leases.coordination.k8s.io", "Lease"),
    ]
  )
  func kinds(text: String, name: String) {
    #expect(Kind.named(text)?.name == name)
  }

  @Test("Keys of etcd name objects, and back")
  func keys() {
    let web = ObjectKey(.pod, "default", "web")
    #expect(web.path == "/registry/pods/default/web")
    #expect(web.text == "pod/web")
    #expect(ObjectKey(path: web.path) == web)
    #expect(ObjectKey(.node, "", "node1").path == "/registry/minions/node1")
    #expect(ObjectKey(path: "/registry/minions/node1") == ObjectKey(.node, "", "node1"))
    #expect(ObjectKey(path: "/registry/pods/web") == nil)
    #expect(ObjectKey(.pod, "a", "z") < ObjectKey(.pod, "b", "a"))
    #expect(Kind.named("widgets") == nil)
  }

  @Test(
    "Times are printed and read",
    arguments: [
      (0, "2026-11-22T08:00:00Z"), (59_999, "2026-11-22T08:00:59Z"), (57_600_000, "2026-11-23T00:00:00Z"),
      (-1, "2026-11-22T07:59:59Z"), (8_640_000_000, "2027-03-02T08:00:00Z"),
    ] as [(Int64, String)]
  )
  func times(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds).text == text)
    #expect(Timestamp(text: text) == Timestamp(milliseconds))
  }

  @Test("Times in other zones are read; other text is not")
  func otherTimes() {
    #expect(Timestamp(text: "2026-11-22T17:00:01+09:00") == Timestamp(1000))
    #expect(MicroTime(text: "2026-11-22T08:00:00.250000Z") == MicroTime(250))
    #expect(Timestamp(text: "2026-11-22") == nil)
    #expect(Timestamp(text: "2026-13-22T08:00:00Z") == nil)
    #expect(Timestamp(text: "2026-11-22T08:00:00") == nil)
  }
}
