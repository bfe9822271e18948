import Clockwork

/// Why a kubelet does not give a Pod another size now.
struct ResizeRefusal: Equatable, Sendable {
  /// `Deferred` or `Infeasible`.
  var reason: String
  var message: String
}

/// A Pod whose containers are to have other amounts than they run with.
enum PodResizing {
  /// Whether a container runs with other amounts than its Pod says.
  static func differs(_ worker: PodWorker) -> Bool {
    worker.pod.spec.containers.contains { differs(worker, $0) }
  }

  private static func differs(_ worker: PodWorker, _ container: Container) -> Bool {
    guard let record = worker.records(container.name).first, record.phase == .running else { return false }
    return record.resources != container.resources
  }

  /// What the runtime is asked for; containers that must start anew are stopped instead.
  static func work(_ worker: PodWorker) -> [PodWorker.Work] {
    if worker.resizeRefusal != nil { return [] }
    var work: [PodWorker.Work] = []
    for container in worker.pod.spec.containers where differs(worker, container) && !needsRestart(worker, container) {
      if let record = worker.records(container.name).first { work.append(.resize(id: record.id, name: container.name)) }
    }
    return work
  }

  /// Whether the container says that it must be started anew for one of the amounts that change (`resizePolicy`).
  static func needsRestart(_ worker: PodWorker, _ container: Container) -> Bool {
    guard worker.resizeRefusal == nil, differs(worker, container),
      let record = worker.records(container.name).first
    else { return false }
    for policy in container.unknown.first(where: { $0.key == "resizePolicy" })?.value.elements ?? [] {
      guard policy["restartPolicy"]?.text == "RestartContainer", let name = policy["resourceName"]?.text else {
        continue
      }
      let (old, new) = (record.resources, container.resources)
      if old.requests[name] != new.requests[name] || old.limits[name] != new.limits[name] { return true }
    }
    return false
  }
}

/// Another size for a Pod that runs: the kubelet looks whether the node has room for it.
extension Kubelet {
  /// How long a change that was put off waits, where nothing else wakes the worker.
  private static let resizeRetry: Time = 180_000

  func weighResize(_ worker: inout PodWorker, _ now: Time) {
    worker.resizeRefusal = nil
    guard version == .now, worker.life == .running, !worker.isEnding, PodResizing.differs(worker) else { return }
    let wanted = PodDemand(worker.pod)
    for (name, asked, whole) in [
      ("cpu", wanted.requests.milliCPU, capacity.milliCPU), ("memory", wanted.requests.memory, capacity.memory),
    ] where asked > whole {
      let message = text.resizeTooLarge(name, requested: asked, capacity: whole)
      worker.resizeRefusal = ResizeRefusal(reason: PodResize.infeasible, message: message)
      return
    }
    if let refusal = refusal(of: worker, wanted) {
      worker.resizeRefusal = ResizeRefusal(reason: PodResize.deferred, message: refusal.message)
      worker.retryAt = now + Kubelet.resizeRetry
      return
    }
    worker.demand = wanted.requests
  }
}
