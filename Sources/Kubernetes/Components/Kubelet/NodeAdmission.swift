import Clockwork

/// The kubelet's own check of a Pod that was bound to its node: whoever bound it may have been wrong, or late.
extension Kubelet {
  struct Refusal: Equatable {
    var reason: String
    var message: String
  }

  /// Why the node cannot take the Pod, or nothing.
  func refusal(of worker: PodWorker, _ demand: PodDemand) -> Refusal? {
    if demand.nodeName != node.metadata.name {
      return Refusal(
        reason: "NodeName",
        message: text.predicateFailed("NodeName", "node(s) didn't match the requested node name")
      )
    }
    if SchedulerPlugins.nodeAffinity(demand, NodeInfo(node), version) != nil {
      let why =
        version == .then ? "node(s) didn't match node selector" : "node(s) didn't match Pod's node affinity/selector"
      return Refusal(reason: "NodeAffinity", message: text.predicateFailed("NodeAffinity", why))
    }
    if evictions?.isPressed == true, worker.pod.status.qosClass == "BestEffort", !toleratesPressure(worker.pod) {
      return Refusal(reason: "Evicted", message: text.underPressure)
    }
    return shortage(worker, demand)
  }

  private func toleratesPressure(_ pod: Pod) -> Bool {
    let taint = Taint(key: NodeTaints.memoryPressure, effect: "NoSchedule")
    return (pod.spec.priority ?? 0) >= 2_000_000_000 || SchedulerPlugins.tolerates(pod.spec.tolerations, taint)
  }

  private func shortage(_ worker: PodWorker, _ demand: PodDemand) -> Refusal? {
    var used = ResourceAmounts()
    var pods: Int64 = 0
    workers.look { other in
      if other.uid == worker.uid || other.life != .running || other.isGone { return }
      let phase = other.report.status.phase
      if phase == PodPhase.succeeded.rawValue || phase == PodPhase.failed.rawValue { return }
      used += other.demand
      pods += 1
    }
    let limit = Quantity(node.status.allocatable["pods"] ?? "110")?.value ?? 110
    if pods + 1 > limit { return refuse("pods", requested: 1, used: pods, capacity: limit) }
    let asked = demand.requests
    if asked.milliCPU > 0, asked.milliCPU > capacity.milliCPU - used.milliCPU {
      return refuse("cpu", requested: asked.milliCPU, used: used.milliCPU, capacity: capacity.milliCPU)
    }
    if asked.memory > 0, asked.memory > capacity.memory - used.memory {
      return refuse("memory", requested: asked.memory, used: used.memory, capacity: capacity.memory)
    }
    return nil
  }

  private func refuse(_ resource: String, requested: Int64, used: Int64, capacity: Int64) -> Refusal {
    let message = text.outOf(resource, requested: requested, used: used, capacity: capacity)
    return Refusal(reason: "OutOf\(resource)", message: message)
  }
}
