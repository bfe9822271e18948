import Clockwork
import Kubernetes

/// Every kind of object, from records to trees and back.
func objects() -> UInt64 {
  digest { digest in
    var pod = Pod(metadata: ObjectMeta(name: "web", namespace: "default", labels: ["app": "웹"]))
    var container = Container(name: "web", image: "demo/web:1.0")
    container.ports = [ContainerPort(containerPort: 8080)]
    container.resources = ResourceRequirements(requests: ["cpu": "100m"], limits: ["cpu": "0.5"])
    pod.spec.containers = [container]
    pod.status[condition: "Ready"] = PodCondition(type: "Ready", status: "True", since: Timestamp(5_000))
    var node = Node(metadata: ObjectMeta(name: "node1"))
    node.spec.taints = [Taint(key: "a", value: "b", effect: "NoSchedule")]
    node.status[condition: "Ready"] = NodeCondition(type: "Ready", status: "True")
    var event = Event()
    event.metadata = ObjectMeta(name: "web.1", namespace: "default")
    event.involvedObject = ObjectReference(to: Object(pod: pod), fieldPath: "spec.containers{web}")
    event.eventTime = MicroTime(1_250)
    var random = Random(seed: 3)
    var all = [Object(pod: pod), Object(node: node), Object(event: event)]
    all.append(Object(binding: Binding(pod: pod.key, uid: "u", node: "node1")))
    for version in [Version.then, .now] {
      all += Bootstrap.namespace("default", version: version, random: &random)
    }
    var problems: [FieldProblem] = []
    for object in all {
      digest.add(object.value)
      digest.add(object.key.path)
      let again = Object(value: object.value, problems: &problems)
      digest.add(again == object ? "same" : "other")
    }
    let wrong: Value = .map(("apiVersion", "v1"), ("kind", "Pod"), ("spec", .map(("containers", .map(("name", 1))))))
    _ = Object(value: wrong, problems: &problems)
    for problem in problems { digest.add(problem.text) }
    digest.add(Timestamp(text: "2027-01-01T00:00:00+09:00")?.text ?? "")
    for word in ["po", "Node", "leases"] { digest.add(Kind.named(word)?.prefix ?? "") }
  }
}

/// What kube-apiserver does to a manifest: defaults, admission, validation and patches.
func manifests() -> UInt64 {
  digest { digest in
    var account = ServiceAccount()
    account.secrets = [ObjectReference(to: Object(pod: Pod(metadata: ObjectMeta(name: "default-token"))))]
    for version in [Version.then, .now] {
      var pod = Pod(metadata: ObjectMeta(name: "Web", namespace: "default"))
      pod.spec.containers = [Container(name: "web", image: "demo/web")]
      var object = Object(pod: pod)
      Strategy.prepareForCreate(&object, version: version)
      Defaulting.apply(to: &object, version: version)
      object.updatePod { pod in
        _ = Admission.serviceAccount(&pod, account: account, suffix: "abcde", version: version)
        _ = Admission.priority(&pod)
        Admission.defaultTolerationSeconds(&pod)
      }
      digest.add(object.value)
      digest.add(Validation.message(object, Validation.problems(object, version)))
      var moved = object
      moved.updatePod { $0.spec.nodeName = "node1" }
      for problem in Validation.problems(updating: object, to: moved, version) { digest.add(problem.text) }
      let patch = Patch.difference(from: object.value, to: moved.value)
      digest.add(patch)
      for kind in [Request.PatchKind.strategic, .merge, .json] {
        switch Patch.apply(patch, kind, to: object.value, kind: .pod) {
        case .success(let value): digest.add(value)
        case .failure(let failure): digest.add(failure.text)
        }
      }
      digest.add(Patch.threeWay(original: .emptyMap, modified: moved.value, current: object.value))
    }
  }
}
