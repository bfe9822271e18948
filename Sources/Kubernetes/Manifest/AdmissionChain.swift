import Clockwork

extension Admission {
  /// The plugin TaintNodesByCondition: a new node takes no Pods before somebody has seen that it is ready.
  private static func taintNew(_ node: inout Node) {
    let taint = Taint(key: NodeTaints.notReady, effect: "NoSchedule")
    if node.spec.taints.contains(where: { $0.key == taint.key && $0.effect == taint.effect }) { return }
    node.spec.taints.append(taint)
  }

  /// Everything that happens to a new object between decoding and validation; says who refuses it, if anybody does.
  static func admit(
    _ object: inout Object,
    _ version: Version,
    cache: WatchCache,
    random: inout Random
  ) -> Refusal? {
    Defaulting.dropNewer(&object, version: version)
    Strategy.prepareForCreate(&object, version: version)
    Defaulting.apply(to: &object, version: version)
    object.updateNode { taintNew(&$0) }
    if let priority = object.as(PriorityClass.self) { return onlyDefault(priority, cache) }
    guard var pod = object.pod else { return nil }
    let ranges = cache.list(.limitRange, namespace: object.namespace, .all)
    if !ranges.isEmpty { LimitRanger.applyDefaults(to: &pod, ranges.compactMap { $0.as(LimitRange.self) }) }
    let name = pod.spec.serviceAccountName.isEmpty ? "default" : pod.spec.serviceAccountName
    let account = cache[ObjectKey(.serviceAccount, object.namespace, name)]?.serviceAccount
    let suffix = Naming.suffix(&random)
    if let refusal = serviceAccount(&pod, account: account, suffix: suffix, version: version) { return refusal }
    let classes = cache.list(.priorityClass, namespace: "", .all).compactMap { $0.as(PriorityClass.self) }
    if let refusal = priority(&pod, classes) { return refusal }
    defaultTolerationSeconds(&pod)
    object = Object(pod: pod)
    // The quality of service is computed last: limits have become requests by now.
    object.updatePod { $0.status.qosClass = Strategy.qualityOfService($0).rawValue }
    return nil
  }
}
