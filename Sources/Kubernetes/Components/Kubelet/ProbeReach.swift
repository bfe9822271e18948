import Clockwork

/// Whether a probe's connection gets as far as its container: that is the kernel's business, not the runtime's.
public struct ProbeReach: Sendable {
  public enum Way: Equatable, Sendable {
    case asked
    case open
    /// Nobody answers: the probe waits until its time is over.
    case silent
    /// The words of a system call that failed.
    case failed(String)
  }

  var uid: String
  var way: Way = .asked
  /// What the container said, while the way is not known yet.
  var reply: RuntimeReply?
}

extension Kubelet {
  /// Asks the kernel too, where one moves packets.
  mutating func reach(_ worker: PodWorker, _ id: Int64, _ port: Int64, _ out: inout KubeOutbox) {
    guard let kernel, let address = IPv4(worker.report.status.podIP), let number = UInt16(exactly: port) else { return }
    reaches[id] = ProbeReach(uid: worker.uid)
    out.send(.kernel(KernelCall(id: id, .reach(address, number))), to: kernel)
  }

  /// Takes the kernel's answer.
  ///
  /// False when the message is about something else.
  mutating func takeReach(_ message: Message, from sender: Address, _ now: Time) -> Bool {
    var way = ProbeReach.Way.open
    let id: Int64
    switch message {
    case .kernelReply(let reply):
      guard case .reached(let found) = reply.outcome else { return false }
      (id, way) = (reply.id, found)
    case .refused(let refused, _) where sender == kernel: id = refused
    default: return false
    }
    guard var reach = reaches[id] else { return true }
    reach.way = way
    reaches[id] = reach
    if let reply = reach.reply, workers[reach.uid] != nil { _ = settleProbe(reply, reach.uid, now) }
    return true
  }

  /// What a container's answer is worth, given the way to it; nothing where it has to wait, or never arrives.
  mutating func weigh(_ reply: RuntimeReply, _ uid: String) -> (isKnown: Bool, failure: String?) {
    guard var reach = reaches[reply.id] else { return (true, nil) }
    switch reach.way {
    case .asked:
      reach.reply = reply
      reaches[reply.id] = reach
      return (false, nil)
    case .silent:
      reaches[reply.id] = nil
      return (false, nil)
    case .open:
      reaches[reply.id] = nil
      return (true, nil)
    case .failed(let text):
      reaches[reply.id] = nil
      return (true, text)
    }
  }
}
