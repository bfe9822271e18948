import Clockwork

extension Admission {
  /// Computes the priority of a Pod from the name of its class, or from the class that is everybody's default.
  public static func priority(_ pod: inout Pod, _ classes: [PriorityClass] = PriorityClass.system) -> Refusal? {
    let name = pod.spec.priorityClassName
    var found = PriorityClass()
    if let named = classes.first(where: { $0.metadata.name == name }) {
      found = named
    } else if !name.isEmpty {
      return .forbidden(pod, "no PriorityClass with name \(name) was found")
    } else {
      // Should there be several defaults, the least important one counts.
      let defaults = classes.filter { $0.globalDefault }
      if let least = defaults.min(by: { $0.value < $1.value }) { found = least }
      pod.spec.priorityClassName = found.metadata.name
    }
    if let given = pod.spec.priority, given != found.value {
      let detail =
        "the integer value of priority (\(given)) must not be provided in pod spec; priority admission controller"
        + " computed \(found.value) from the given PriorityClass name"
      return .forbidden(pod, detail)
    }
    pod.spec.priority = found.value
    let policy = found.preemptionPolicy.isEmpty ? "PreemptLowerPriority" : found.preemptionPolicy
    let given = pod.spec.preemptionPolicy
    if !given.isEmpty, given != policy {
      let detail =
        "the string value of PreemptionPolicy (\(given)) must not be provided in pod spec; priority admission"
        + " controller computed \(policy) from the given PriorityClass name"
      return .forbidden(pod, detail)
    }
    pod.spec.preemptionPolicy = policy
    return nil
  }

  /// There is one default class at most.
  static func onlyDefault(_ priority: PriorityClass, _ cache: WatchCache) -> Refusal? {
    guard priority.globalDefault else { return nil }
    for other in cache.list(.priorityClass, namespace: "", .all) where other.name != priority.metadata.name {
      guard other.as(PriorityClass.self)?.globalDefault == true else { continue }
      let text =
        "priorityclasses.scheduling.k8s.io \(LabelText.quoted(priority.metadata.name)) is forbidden: PriorityClass"
        + " \(other.name) is already marked as default. Only one default can exist"
      return Refusal(code: 403, reason: "Forbidden", text: text)
    }
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
