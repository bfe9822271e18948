import Clockwork

extension PodStatus {
  /// Lays a status patch over this status: conditions by their type, everything else that the patch names.
  mutating func merge(_ patch: PodStatus) {
    if patch.conditions.isEmpty, patch.reason == "Evicted" {
      // An old kubelet deletes from the status all that was its own.
      let others = conditions.filter { !PodStatus.ofKubelet.contains($0.type) }
      self = patch
      conditions = others
      return
    }
    for condition in patch.conditions {
      if let place = conditions.firstIndex(where: { $0.type == condition.type }) {
        conditions[place] = condition
      } else {
        conditions.append(condition)
      }
    }
    // The patch lists conditions in the order it wants (`$setElementOrder/conditions`).
    let wanted = patch.conditions.map { $0.type }
    var ordered: [PodCondition] = []
    for type in wanted { ordered += conditions.filter { $0.type == type } }
    ordered += conditions.filter { !wanted.contains($0.type) }
    // Conditions of others stay; those of a resize are the kubelet's own, and its patch deletes what is over (`$patch: delete`).
    let isKubelets = wanted.contains("ContainersReady")
    conditions = ordered.filter { condition in
      let isOfResize = condition.type == PodResize.pending || condition.type == PodResize.inProgress
      return !(isKubelets && isOfResize) || wanted.contains(condition.type)
    }
    if !patch.containerStatuses.isEmpty { containerStatuses = patch.containerStatuses }
    if !patch.initContainerStatuses.isEmpty { initContainerStatuses = patch.initContainerStatuses }
    if !patch.hostIP.isEmpty { hostIP = patch.hostIP }
    if !patch.hostIPs.isEmpty { hostIPs = patch.hostIPs }
    if !patch.podIP.isEmpty { podIP = patch.podIP }
    if !patch.podIPs.isEmpty { podIPs = patch.podIPs }
    if !patch.nominatedNodeName.isEmpty { nominatedNodeName = patch.nominatedNodeName }
    if !patch.phase.isEmpty { phase = patch.phase }
    if !patch.reason.isEmpty { reason = patch.reason }
    if !patch.message.isEmpty { message = patch.message }
    if patch.observedGeneration != 0 { observedGeneration = patch.observedGeneration }
    if let start = patch.startTime { startTime = start }
  }

  /// Conditions that the kubelet owns; it keeps those of others.
  private static let ofKubelet = ["PodScheduled", "Initialized", "Ready", "ContainersReady"]
}
