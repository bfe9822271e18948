import Clockwork

/// Whether the node's network plugin is there, as the kubelet hears it from the runtime.
///
/// The kubelet asks every five seconds; as with PLEG, looks that would find what is known are no steps.
struct NetworkLook: Sendable {
  /// pkg/kubelet: updateRuntimeUp.
  static let period: Time = 5000
  /// Pods that wait for the network are tried again soon (backOffOnTransientErrorPeriod and its jitter).
  static let retry: Time = 1250

  /// What the runtime said last; empty where all is well.
  private(set) var error = ""
  private(set) var due: Time = .never
  private(set) var call: Int64?

  var isDoubtful: Bool { due != .never || call != nil }

  /// Something has become of the plugin.
  mutating func doubt(at now: Time, _ looks: Grid) { due = looks.after(now) }

  mutating func ask(_ id: Int64) {
    call = id
    due = .never
  }

  /// What the runtime answered; where the plugin is not there, it is asked again.
  mutating func settle(_ outcome: RuntimeReply.Outcome, at now: Time) {
    call = nil
    if case .failed(let text) = outcome {
      error = text
      due = now + NetworkLook.period
    } else {
      error = ""
      due = .never
    }
  }

  /// The runtime is not there to say anything.
  mutating func lose(at now: Time) {
    guard call != nil else { return }
    call = nil
    due = now + NetworkLook.period
  }
}

extension Kubelet {
  func offerNetworkLook(_ offers: inout KubeOffers) {
    if network.due != .never { offers.add("check", .named("network"), due: network.due, background: true) }
  }

  mutating func lookAtNetwork(_ out: inout KubeOutbox) {
    let id = nextCall()
    network.ask(id)
    let nothing = ObjectKey(.node, "", node.metadata.name)
    out.send(.runtime(RuntimeCall(id: id, pod: nothing, uid: "", operation: .status)), to: runtime)
  }

  /// The runtime's answer; false where it is about something else.
  mutating func settleNetwork(_ reply: RuntimeReply, _ now: Time) -> Bool {
    guard network.call == reply.id else { return false }
    if case .failed(let text) = reply.outcome, !text.hasPrefix("NetworkReady") {
      network.lose(at: now)
      return true
    }
    network.settle(reply.outcome, at: now)
    heart?.seeNetwork(network.error.isEmpty ? "" : text.networkDown(network.error), at: now)
    return true
  }

  /// A pass over a Pod ends here while its node has no network; what runs goes on.
  mutating func waitForNetwork(_ worker: inout PodWorker, _ now: Time) -> Bool {
    guard !network.error.isEmpty, !worker.pod.spec.hostNetwork, !worker.isEnding else { return false }
    worker.plan = []
    worker.lastSync = now
    worker.retryAt = now + NetworkLook.retry
    worker.isWaitingForNetwork = true
    return true
  }
}
