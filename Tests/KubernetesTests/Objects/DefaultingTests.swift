import Clockwork
import Testing

@testable import Kubernetes

@Suite("Defaulting and admission")
struct DefaultingTests {
  /// What `kubectl run web --image=demo/web:1.0 --port=8080` sends.
  static func sent() -> Pod {
    var pod = Pod(metadata: ObjectMeta(name: "web", namespace: "default", labels: ["run": "web"]))
    var container = Container(name: "web", image: "demo/web:1.0")
    container.ports = [ContainerPort(containerPort: 8080)]
    pod.spec.containers = [container]
    pod.spec.dnsPolicy = "ClusterFirst"
    pod.spec.restartPolicy = "Always"
    return pod
  }

  static func account(secret: String?) -> ServiceAccount {
    var account = ServiceAccount()
    account.metadata = ObjectMeta(name: "default", namespace: "default")
    if let secret {
      var reference = ObjectReference()
      reference.name = secret
      account.secrets = [reference]
    }
    return account
  }

  static func admitted(_ version: Version) -> Pod {
    var object = Object(pod: sent())
    Defaulting.apply(to: &object, version: version)
    var pod = object.pod ?? Pod()
    let account = account(secret: version == .then ? "default-token-xnxnp" : nil)
    #expect(Admission.serviceAccount(&pod, account: account, suffix: "abcde", version: version) == nil)
    #expect(Admission.priority(&pod) == nil)
    Admission.defaultTolerationSeconds(&pod)
    return pod
  }

  /// The spec that a real 1.20.2 stored for that Pod, but for its node.
  static let recorded =
    "{\"containers\":[{\"image\":\"demo/web:1.0\",\"imagePullPolicy\":\"IfNotPresent\",\"name\":\"web\",\"ports\":"
    + "[{\"containerPort\":8080,\"protocol\":\"TCP\"}],\"resources\":{},\"terminationMessagePath\":"
    + "\"/dev/termination-log\",\"terminationMessagePolicy\":\"File\",\"volumeMounts\":[{\"mountPath\":"
    + "\"/var/run/secrets/kubernetes.io/serviceaccount\",\"name\":\"default-token-xnxnp\",\"readOnly\":true}]}],"
    + "\"dnsPolicy\":\"ClusterFirst\",\"enableServiceLinks\":true,\"preemptionPolicy\":\"PreemptLowerPriority\","
    + "\"priority\":0,\"restartPolicy\":\"Always\",\"schedulerName\":\"default-scheduler\",\"securityContext\":{},"
    + "\"serviceAccount\":\"default\",\"serviceAccountName\":\"default\",\"terminationGracePeriodSeconds\":30,"
    + "\"tolerations\":[{\"effect\":\"NoExecute\",\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\","
    + "\"tolerationSeconds\":300},{\"effect\":\"NoExecute\",\"key\":\"node.kubernetes.io/unreachable\",\"operator\":"
    + "\"Exists\",\"tolerationSeconds\":300}],\"volumes\":[{\"name\":\"default-token-xnxnp\",\"secret\":"
    + "{\"defaultMode\":420,\"secretName\":\"default-token-xnxnp\"}}]}"

  @Test("A Pod that kubectl runs is stored as a real cluster stored it")
  func then() {
    #expect(Self.admitted(.then).spec.value.canonical == Self.recorded)
  }

  @Test("Now the token is projected into the Pod")
  func now() throws {
    let pod = Self.admitted(.now)
    #expect(pod.spec.containers[0].volumeMounts[0].name == "kube-api-access-abcde")
    let sources = try #require(pod.spec.volumes[0]["projected"]?["sources"]?.elements)
    #expect(sources.count == 3)
    #expect(sources[0].canonical == "{\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}}")
  }

  @Test("Admission twice is admission once", arguments: [Version.then, Version.now])
  func idempotent(version: Version) {
    var pod = Self.admitted(version)
    let once = pod
    let account = Self.account(secret: "default-token-xnxnp")
    _ = Admission.serviceAccount(&pod, account: account, suffix: "zzzzz", version: version)
    _ = Admission.priority(&pod)
    Admission.defaultTolerationSeconds(&pod)
    Defaulting.apply(to: &pod)
    #expect(pod == once)
  }

  @Test(
    "The pull policy follows from the tag",
    arguments: [
      ("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1.25", "IfNotPresent"),
      ("registry.example:5000/nginx", "Always"), ("registry.example:5000/nginx:1", "IfNotPresent"),
      ("nginx@sha256:0123", "IfNotPresent"), ("nginx:latest@sha256:0123", "Always"),
    ]
  )
  func pullPolicy(image: String, policy: String) {
    var pod = Pod()
    pod.spec.containers = [Container(name: "a", image: image)]
    Defaulting.apply(to: &pod)
    #expect(pod.spec.containers[0].imagePullPolicy == policy)
  }

  @Test("Limits become requests where there are none, and amounts become canonical")
  func resources() {
    var problems: [FieldProblem] = []
    let limits: Value = .map(("cpu", .number(0.5)), ("memory", "1024Mi"))
    var container = Container(
      .map(("name", "a"), ("resources", .map(("limits", limits), ("requests", .map(("cpu", "100m")))))),
      problems: &problems
    )
    Defaulting.apply(to: &container)
    #expect(container.resources.limits == ["cpu": "500m", "memory": "1Gi"])
    #expect(container.resources.requests == ["cpu": "100m", "memory": "1Gi"])
    #expect(problems == [])
    let bad: Value = .map(("resources", .map(("limits", .map(("cpu", "many"))))))
    _ = Container(bad, problems: &problems)
    #expect(problems.map { $0.path } == [["resources", "limits", "cpu"]])
  }

  @Test("Probes, volumes and field references are filled in")
  func probesAndVolumes() {
    var problems: [FieldProblem] = []
    let get: Value = .map(("httpGet", .map(("port", 80))))
    var pod = Pod()
    pod.spec.containers = [
      Container(
        .map(
          (
            "env", .list([.map(("name", "IP"), ("valueFrom", .map(("fieldRef", .map(("fieldPath", "status.podIP"))))))])
          ),
          ("name", "a"),
          ("readinessProbe", get)
        ),
        problems: &problems
      )
    ]
    pod.spec.volumes = [
      Volume(.map(("name", "none")), problems: &problems),
      Volume(.map(("configMap", .map(("name", "c"))), ("name", "c")), problems: &problems),
    ]
    Defaulting.apply(to: &pod)
    #expect(
      pod.spec.containers[0].readinessProbe?.value.canonical
        == "{\"failureThreshold\":3,\"httpGet\":{\"path\":\"/\",\"port\":80,\"scheme\":\"HTTP\"},"
        + "\"periodSeconds\":10,\"successThreshold\":1,\"timeoutSeconds\":1}"
    )
    #expect(pod.spec.containers[0].env[0].valueFrom?["fieldRef"]?["apiVersion"] == "v1")
    #expect(pod.spec.volumes[0].value.canonical == "{\"emptyDir\":{},\"name\":\"none\"}")
    #expect(pod.spec.volumes[1]["configMap"]?["defaultMode"] == 420)
  }

  @Test("Plugins refuse in the words of the API server")
  func refusals() {
    var pod = Self.sent()
    pod.spec.serviceAccountName = "robot"
    let missing = Admission.serviceAccount(&pod, account: nil, suffix: "abcde", version: .now)
    #expect(
      missing?.text
        == "pods \"web\" is forbidden: error looking up service account default/robot: serviceaccount \"robot\" not found"
    )
    let early = Admission.serviceAccount(&pod, account: Self.account(secret: nil), suffix: "abcde", version: .then)
    #expect(early?.reason == "ServerTimeout")
    pod.spec.priorityClassName = "gold"
    #expect(Admission.priority(&pod)?.text == "pods \"web\" is forbidden: no PriorityClass with name gold was found")
    pod.spec.priorityClassName = ""
    pod.spec.priority = 5
    #expect(Admission.priority(&pod)?.code == 403)
  }

  @Test("A toleration that covers the taint already is not doubled")
  func ownTolerations() {
    var pod = Self.sent()
    pod.spec.tolerations = [Toleration(key: "node.kubernetes.io/not-ready", operator: "Exists")]
    Admission.defaultTolerationSeconds(&pod)
    #expect(pod.spec.tolerations.map { $0.key } == ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
    pod.spec.tolerations = [Toleration(key: "", operator: "Exists")]
    Admission.defaultTolerationSeconds(&pod)
    #expect(pod.spec.tolerations.count == 1)
  }

  @Test("A client cannot bring a status, and an update cannot touch it")
  func strategy() {
    var pod = Self.sent()
    pod.status.phase = "Running"
    pod.status.podIP = "10.0.0.1"
    var object = Object(pod: pod)
    Strategy.prepareForCreate(&object, version: .now)
    #expect(object.pod?.status.value.canonical == "{\"phase\":\"Pending\",\"qosClass\":\"BestEffort\"}")
    #expect(object.metadata.generation == 1)
    var update = object
    update.updatePod {
      $0.status.phase = "Failed"; $0.spec.nodeName = "x"
    }
    Strategy.prepareForUpdate(&update, old: object, version: .now)
    #expect(update.pod?.status.phase == "Pending")
    #expect(update.metadata.generation == 2)
    var report = object
    report.updatePod {
      $0.status.phase = "Failed"; $0.spec.nodeName = "x"
    }
    Strategy.prepareForStatusUpdate(&report, old: object)
    #expect(report.pod?.status.phase == "Failed")
    #expect(report.pod?.spec.nodeName == "")
  }
}
