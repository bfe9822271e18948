import Clockwork
import Testing

@testable import Kubernetes

@Suite("Validation")
struct ValidationTests {
  static func stored(_ version: Version = .now) -> Pod { DefaultingTests.admitted(version) }

  static func texts(_ version: Version = .now, _ change: (inout Pod) -> Void) -> [String] {
    var pod = stored(version)
    change(&pod)
    return Validation.problems(Object(pod: pod), version).map { $0.text }
  }

  @Test("A Pod that was defaulted and admitted is valid", arguments: [Version.then, Version.now])
  func valid(version: Version) {
    #expect(Self.texts(version) { _ in } == [])
  }

  static let subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and"
    + " end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
    + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  @Test("Names follow RFC 1123")
  func names() {
    #expect(
      Self.texts { $0.metadata.name = "Web_1" } == ["metadata.name: Invalid value: \"Web_1\": \(Self.subdomain)"]
    )
    #expect(Self.texts { $0.metadata.name = "" } == ["metadata.name: Required value: name or generateName is required"])
    #expect(Self.texts { $0.metadata.name = "a.b-c.9" } == [])
    #expect(Self.texts { $0.metadata.name = "a..b" }.count == 1)
    #expect(Self.texts { $0.metadata.name = "-a" }.count == 1)
    let long = String(repeating: "a", count: 254)
    #expect(
      Self.texts { $0.metadata.name = long }
        == ["metadata.name: Invalid value: \"\(long)\": must be no more than 253 characters"]
    )
  }

  @Test("Labels and annotations have rules for keys, and labels for values")
  func labels() {
    let value =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and"
      + " end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
      + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    #expect(
      Self.texts { $0.metadata.labels["app"] = "a b" } == ["metadata.labels: Invalid value: \"a b\": \(value)"]
    )
    #expect(Self.texts { $0.metadata.labels["a/b/c"] = "x" }.count == 1)
    #expect(Self.texts { $0.metadata.annotations["Example.COM/Key"] = "any text at all" } == [])
    #expect(Self.texts { $0.metadata.annotations["a b"] = "x" }.count == 1)
    let big = String(repeating: "x", count: 262_144)
    #expect(
      Self.texts(.now) { $0.metadata.annotations["a"] = big }
        == ["metadata.annotations: Too long: may not be more than 262144 bytes"]
    )
    #expect(
      Self.texts(.then) { $0.metadata.annotations["a"] = big }
        == ["metadata.annotations: Too long: must have at most 262144 bytes"]
    )
  }

  @Test("Containers must have a name, an image and known policies")
  func containers() {
    #expect(
      Self.texts { $0.spec.containers[0].image = "" } == ["spec.containers[0].image: Required value"]
    )
    #expect(Self.texts { $0.spec.containers = [] } == ["spec.containers: Required value"])
    #expect(
      Self.texts { $0.spec.containers.append($0.spec.containers[0]) }
        == ["spec.containers[1].name: Duplicate value: \"web\""]
    )
    #expect(
      Self.texts { $0.spec.containers[0].imagePullPolicy = "Sometimes" } == [
        "spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\","
          + " \"IfNotPresent\", \"Never\""
      ]
    )
    #expect(
      Self.texts { $0.spec.restartPolicy = "Perhaps" } == [
        "spec.restartPolicy: Unsupported value: \"Perhaps\": supported values: \"Always\", \"OnFailure\", \"Never\""
      ]
    )
    #expect(
      Self.texts { $0.spec.containers[0].volumeMounts.append(VolumeMount(name: "data", mountPath: "/data")) }
        == ["spec.containers[0].volumeMounts[1].name: Not found: \"data\""]
    )
    #expect(
      Self.texts { $0.spec.containers[0].image = " nginx" } == [
        "spec.containers[0].image: Invalid value: \" nginx\": must not have leading or trailing whitespace"
      ]
    )
  }

  @Test("Ports are numbers between bounds with a protocol")
  func ports() {
    #expect(
      Self.texts { $0.spec.containers[0].ports[0].containerPort = 70_000 } == [
        "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"
      ]
    )
    #expect(
      Self.texts { $0.spec.containers[0].ports[0].containerPort = 0 }
        == ["spec.containers[0].ports[0].containerPort: Required value"]
    )
    #expect(
      Self.texts { $0.spec.containers[0].ports[0].protocol = "ICMP" } == [
        "spec.containers[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\""
      ]
    )
    #expect(Self.texts { $0.spec.containers[0].ports[0].name = "much-too-long-a-name" }.count == 1)
    #expect(
      Self.texts(.now) { $0.spec.containers[0].ports[0].name = "80" } == [
        "spec.containers[0].ports[0].name: Invalid value: \"80\": must contain at least one letter (a-z)"
      ]
    )
  }

  @Test("Requests stay below limits, and amounts are not negative")
  func resources() {
    func set(_ pod: inout Pod) {
      pod.spec.containers[0].resources = ResourceRequirements(requests: ["cpu": "2"], limits: ["cpu": "500m"])
    }
    #expect(
      Self.texts(.now) { set(&$0) } == [
        "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 500m"
      ]
    )
    #expect(
      Self.texts(.then) { set(&$0) } == [
        "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit"
      ]
    )
    #expect(
      Self.texts { $0.spec.containers[0].resources.requests = ["memory": "-1"] } == [
        "spec.containers[0].resources.requests[memory]: Invalid value: \"-1\": must be greater than or equal to 0"
      ]
    )
    #expect(
      Self.texts { $0.spec.containers[0].resources.requests = ["disk": "1"] } == [
        "spec.containers[0].resources.requests[disk]: Invalid value: \"disk\": must be a standard resource type or"
          + " fully qualified",
        "spec.containers[0].resources.requests[disk]: Invalid value: \"disk\": must be a standard resource for"
          + " containers",
      ]
    )
  }

  @Test("Probes, tolerations, volumes and variables")
  func parts() {
    #expect(
      Self.texts { pod in
        pod.spec.containers[0].livenessProbe = Kubernetes.Probe()
        Defaulting.apply(to: &pod)
      } == ["spec.containers[0].livenessProbe: Required value: must specify a handler type"]
    )
    #expect(
      Self.texts { $0.spec.tolerations = [Toleration(key: "", operator: "Equal")] } == [
        "spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which"
          + " means \"match all values and all keys\""
      ]
    )
    #expect(
      Self.texts { $0.spec.tolerations = [Toleration(key: "a", operator: "Exists", tolerationSeconds: 3)] } == [
        "spec.tolerations[0].effect: Invalid value: \"\": effect must be 'NoExecute' when `tolerationSeconds` is set"
      ]
    )
    #expect(
      Self.texts { $0.spec.volumes.append($0.spec.volumes[0]) }
        == ["spec.volumes[1].name: Duplicate value: \"kube-api-access-abcde\""]
    )
    #expect(Self.texts(.then) { $0.spec.containers[0].env = [EnvVar(name: "1A", value: "")] }.count == 1)
    #expect(Self.texts(.now) { $0.spec.containers[0].env = [EnvVar(name: "1A", value: "")] } == [])
    #expect(
      Self.texts { $0.spec.activeDeadlineSeconds = 0 } == [
        "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"
      ]
    )
  }

  @Test("A Pod keeps its spec but for images, deadline and added tolerations")
  func update() {
    func problems(_ version: Version = .now, _ change: (inout Pod) -> Void) -> [String] {
      let old = Self.stored(version)
      var new = old
      change(&new)
      return Validation.problems(updating: Object(pod: old), to: Object(pod: new), version).map { $0.text }
    }
    #expect(problems { $0.spec.containers[0].image = "demo/web:2.0" } == [])
    #expect(problems { $0.metadata.labels["tier"] = "front" } == [])
    #expect(problems { $0.spec.tolerations.append(Toleration(key: "gpu", operator: "Exists")) } == [])
    #expect(problems { $0.spec.activeDeadlineSeconds = 30 } == [])
    #expect(
      problems(.then) { $0.spec.restartPolicy = "Never" } == [
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
          + " `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to"
          + " existing tolerations)"
      ]
    )
    #expect(
      problems(.now) { $0.spec.nodeName = "node2" } == [
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
          + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing"
          + " tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
      ]
    )
    #expect(
      problems { $0.spec.containers.append(Container(name: "b", image: "b")) }
        == ["spec.containers: Forbidden: pod updates may not add or remove containers"]
    )
    #expect(
      problems { $0.spec.tolerations.removeFirst() } == [
        "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"
      ]
    )
    #expect(problems { $0.metadata.uid = "x" } == ["metadata.uid: Invalid value: \"x\": field is immutable"])
  }

  @Test("Messages name one problem, or list several")
  func messages() {
    var pod = Self.stored()
    pod.spec.containers[0].image = ""
    let one = Object(pod: pod)
    let problem = Validation.problems(one, .now)
    #expect(Validation.message(one, problem) == "Pod \"web\" is invalid: spec.containers[0].image: Required value")
    #expect(Validation.printed(one, problem) == "The Pod \"web\" is invalid: spec.containers[0].image: Required value")
    pod.spec.containers[0].name = ""
    let two = Object(pod: pod)
    let problems = Validation.problems(two, .now)
    #expect(
      Validation.message(two, problems)
        == "Pod \"web\" is invalid: [spec.containers[0].name: Required value, spec.containers[0].image: Required value]"
    )
    #expect(
      Validation.printed(two, problems)
        == "The Pod \"web\" is invalid: \n* spec.containers[0].name: Required value\n"
        + "* spec.containers[0].image: Required value"
    )
  }

  @Test("Other kinds have their rules too")
  func otherKinds() {
    var namespace = Namespace()
    namespace.metadata.name = "a.b"
    #expect(Validation.problems(Object(namespace: namespace), .now).count == 1)
    var node = Node(metadata: ObjectMeta(name: "node1"))
    node.spec.taints = [Taint(key: "a", effect: "NoRun")]
    #expect(
      Validation.problems(Object(node: node), .now).map { $0.text } == [
        "metadata.taints[0].effect: Unsupported value: \"NoRun\": supported values: \"NoSchedule\","
          + " \"PreferNoSchedule\", \"NoExecute\""
      ]
    )
    let data = Value.Entry("data", .map(("a b", "x")))
    let map = Object(
      kind: .configMap,
      metadata: ObjectMeta(name: "c", namespace: "default"),
      content: .opaque([data])
    )
    #expect(Validation.problems(map, .now).map { $0.field } == ["data[a b]"])
    var placed = Node(metadata: ObjectMeta(name: "node1"))
    placed.spec.podCIDRs = ["10.244.1.0/24"]
    var moved = placed
    moved.spec.podCIDRs = ["10.244.2.0/24"]
    #expect(
      Validation.problems(updating: Object(node: placed), to: Object(node: moved), .now).map { $0.text }
        == ["spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \"\" to valid"]
    )
    var gone = Event()
    gone.metadata = ObjectMeta(name: "e", namespace: "default")
    gone.involvedObject.namespace = "other"
    #expect(Validation.problems(Object(event: gone), .now).count == 1)
  }
}
