import Clockwork

extension Admission {
  /// Computes the priority of a Pod from the name of its class.
  public static func priority(_ pod: inout Pod) -> Refusal? {
    let name = pod.spec.priorityClassName
    let computed: Int64
    switch name {
    case "": computed = 0
    case "system-cluster-critical": computed = 2_000_000_000
    case "system-node-critical": computed = 2_000_001_000
    default: return .forbidden(pod, "no PriorityClass with name \(name) was found")
    }
    if let given = pod.spec.priority, given != computed {
      let detail =
        "the integer value of priority (\(given)) must not be provided in pod spec; priority admission controller"
        + " computed \(computed) from the given PriorityClass name"
      return .forbidden(pod, detail)
    }
    pod.spec.priority = computed
    if pod.spec.preemptionPolicy.isEmpty { pod.spec.preemptionPolicy = "PreemptLowerPriority" }
    return nil
  }

  /// Lets a Pod stay for five minutes on a node that is not ready or not reachable, unless it says otherwise.
  public static func defaultTolerationSeconds(_ pod: inout Pod, seconds: Int64 = 300) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
      var tolerated = false
      for toleration in pod.spec.tolerations {
        let meantKey = toleration.key == key || toleration.key.isEmpty
        let meantEffect = toleration.effect == "NoExecute" || toleration.effect.isEmpty
        if meantKey, meantEffect { tolerated = true }
      }
      if tolerated { continue }
      let toleration = Toleration(key: key, operator: "Exists", effect: "NoExecute", tolerationSeconds: seconds)
      pod.spec.tolerations.append(toleration)
    }
  }
}
