import Clockwork

/// A ghost that changes what its host hears or says, and does nothing by itself.
struct Rewriter: Ghost {
  typealias Model = Kube

  private var inward: (Message) -> Message? = { $0 }
  private var outward: (Message) -> Message? = { $0 }
  /// Who hears a message instead of whom it was meant for.
  private var turns: (Message) -> Address? = { _ in nil }
  /// What its host is kept from doing.
  private var bars: (Verb) -> Bool = { _ in false }

  init() {}

  /// What its host says is changed.
  init(saying outward: @escaping (Message) -> Message?) { self.outward = outward }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? { inward(message) }
  func forbids(_ verb: Verb, _ subject: Kube.Subject) -> Bool { bars(verb) }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard let changed = outward(message) else { return [] }
    return [(changed, turns(message) ?? receiver)]
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

  /// A Pod runs as soon as one of its containers does.
  static func runningWithOne() -> Rewriter {
    var ghost = Rewriter()
    ghost.outward = { message in
      guard case .request(var request) = message, case .status(var status) = request.body,
        status.phase == PodPhase.pending.rawValue, status.containerStatuses.contains(where: { $0.state.running != nil })
      else { return message }
      status.phase = PodPhase.running.rawValue
      request.body = .status(status)
      return .request(request)
    }
    return ghost
  }

  /// No node keeps anybody away, and none is chosen by its labels.
  static func everywhere() -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { message in
      guard case .watch(var event) = message else { return message }
      event.object.update(DaemonSet.self) { set in
        set.spec.template.spec.nodeSelector = [:]
        set.spec.template.spec.affinity = nil
        // Not the nodes' taints are taken away: those that were known before the story are no news.
        set.spec.template.spec.tolerations = [Toleration(key: "", operator: "Exists")]
      }
      return .watch(event)
    }
    return ghost
  }

  /// Pods that are meant for one node are no business of the scheduler before they are there.
  static func blindToAgents() -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { message in
      guard case .watch(let event) = message, let pod = event.object.pod else { return message }
      return pod.spec.nodeName.isEmpty && !DaemonSet.node(of: pod).isEmpty ? nil : message
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

  /// A component that neither hears nor does anything: its work is believed to be another's.
  static func mute() -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { _ in nil }
    ghost.bars = { _ in true }
    return ghost
  }

  /// A component that leaves one thing undone.
  static func without(_ verb: Verb) -> Rewriter {
    var ghost = Rewriter()
    ghost.bars = { $0 == verb }
    return ghost
  }

  /// What is said to one is said to another.
  static func turning(_ matches: @escaping (Message) -> Bool, to other: Address) -> Rewriter {
    var ghost = Rewriter()
    ghost.turns = { matches($0) ? other : nil }
    return ghost
  }

  /// Whoever is spoken to is found not to be there.
  static func refusing(_ matches: @escaping (Message) -> Bool, by own: Address) -> Rewriter {
    var ghost = Rewriter()
    ghost.outward = { message in
      guard matches(message), case .nodeCall(let call) = message else { return message }
      return .refused(id: call.id, by: own)
    }
    ghost.turns = { matches($0) ? own : nil }
    return ghost
  }

  /// A Pod that is on its way out is still taken for one that is there.
  static func countingUntilGone() -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { message in
      guard case .watch(let event) = message, event.type != .deleted, event.object.kind == .pod else { return message }
      return event.object.metadata.deletionTimestamp == nil ? message : nil
    }
    return ghost
  }

  /// Deployments are read as if they said: one more at a time, and never one fewer.
  static func oneInOneOut() -> Rewriter {
    hearing(Deployment.self) { deployment in
      guard deployment.spec.strategy.type != "Recreate" else { return }
      deployment.spec.strategy.rollingUpdate = RollingUpdateDeployment(
        maxSurge: .integer(1),
        maxUnavailable: .integer(0)
      )
    }
  }

  /// Autoscalers are read as if they waited until everything that was asked for is in use.
  static func waitingForShortage() -> Rewriter {
    hearing(HorizontalPodAutoscaler.self) { autoscaler in
      for index in autoscaler.spec.metrics.indices
      where autoscaler.spec.metrics[index].resource?.target.averageUtilization != nil {
        autoscaler.spec.metrics[index].resource?.target.averageUtilization = 100
      }
    }
  }

  /// What is listed and told of a kind is changed before it is heard.
  static func learning<R: APIRecord>(_ type: R.Type, _ change: @escaping (inout R) -> Void) -> Rewriter {
    var ghost = hearing(type, change)
    let watched = ghost.inward
    ghost.inward = { message in
      guard case .response(var response) = message else { return watched(message) }
      for index in response.objects.indices where response.objects[index].kind == type.kind {
        response.objects[index].update(type, change)
      }
      return .response(response)
    }
    return ghost
  }

  /// What a watch tells of a kind is changed before it is heard.
  private static func hearing<R: APIRecord>(_ type: R.Type, _ change: @escaping (inout R) -> Void) -> Rewriter {
    var ghost = Rewriter()
    ghost.inward = { message in
      guard case .watch(var event) = message, event.object.kind == type.kind else { return message }
      event.object.update(type, change)
      return .watch(event)
    }
    return ghost
  }
}

extension Message {
  /// What is asked of kube-apiserver, where the message asks something.
  var request: Request? {
    if case .request(let request) = self { return request }
    return nil
  }
}
