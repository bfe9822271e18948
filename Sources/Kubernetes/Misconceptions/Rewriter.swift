import Clockwork

/// A ghost that changes what its host hears or says, and does nothing by itself.
struct Rewriter: Ghost {
  typealias Model = Kube

  private var inward: (Message) -> Message? = { $0 }
  private var outward: (Message) -> Message? = { $0 }
  /// Who hears a message instead of whom it was meant for.
  private var turns: (Message) -> Address? = { _ in nil }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? { inward(message) }

  mutating func alter(_ message: Message, to receiver: Address) -> (message: Message, receiver: Address)? {
    outward(message).map { ($0, turns(message) ?? receiver) }
  }
}

extension Rewriter {
  /// What kube-apiserver writes of a new Pod is changed before etcd hears of it.
  private static func storing(_ change: @escaping (inout Pod) -> Void) -> Rewriter {
    var ghost = Rewriter()
    ghost.outward = { message in
      guard case .transaction(var transaction) = message, transaction.expected == 0, var object = transaction.object
      else { return message }
      object.updatePod(change)
      transaction.object = object
      return .transaction(transaction)
    }
    return ghost
  }

  /// Every new Pod has a node already.
  static func bound(to node: String) -> Rewriter {
    storing { pod in if pod.spec.nodeName.isEmpty { pod.spec.nodeName = node } }
  }

  /// A Pod runs as soon as it is stored.
  static func running() -> Rewriter {
    storing { $0.status.phase = "Running" }
  }

  /// A deleted Pod is gone at once.
  static func deletingAtOnce() -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { message in
      guard case .request(var request) = message, case .delete(var deletion) = request.body else { return message }
      deletion.graceSeconds = 0
      request.body = .delete(deletion)
      return .request(request)
    }
    return ghost
  }

  /// The STATUS column of kubectl is taken for the phase of a Pod.
  static func phaseOfCrashes() -> Rewriter {
    var ghost = Rewriter()
    ghost.outward = { message in
      guard case .request(var request) = message, case .status(var status) = request.body else { return message }
      for container in status.containerStatuses where container.state.waiting?.reason == "CrashLoopBackOff" {
        status.phase = "CrashLoopBackOff"
      }
      request.body = .status(status)
      return .request(request)
    }
    return ghost
  }

  /// The network of a Pod is asked of somebody else.
  static func askingForNetwork(_ other: Address) -> Rewriter {
    var ghost = Rewriter()
    ghost.turns = { message in
      if case .network = message { return other }
      return nil
    }
    return ghost
  }

  /// What a Pod asks for is not seen: only what it uses would count, and a new Pod uses nothing.
  static func blindToRequests() -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { message in
      guard case .watch(var event) = message else { return message }
      event.object.updatePod { pod in
        for index in pod.spec.containers.indices { pod.spec.containers[index].resources.requests = [:] }
      }
      return .watch(event)
    }
    return ghost
  }
}
