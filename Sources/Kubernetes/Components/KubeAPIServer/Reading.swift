import Clockwork

// Reads, watches and the one call that goes to a kubelet.
extension KubeAPIServer {
  /// A get or list is read from etcd; a watch is served from the watch cache and stays open.
  mutating func read(_ flight: inout Flight, _ out: inout KubeOutbox) {
    let request = flight.request
    if !request.path.isEmpty { return askHealth(&flight, &out) }
    if request.verb == .watch {
      // What it has missed is looked up when the stream begins.
      if request.since > 0 { return flight.succeed(200, nil) }
      let objects = cache.list(request.kind, namespace: request.namespace, request.selector)
      cache.add(WatchCache.Watcher(flight))
      flight.succeed(200, nil)
      flight.response?.objects = objects
      flight.response?.revision = cache.revision
      return
    }
    let name = request.verb == .get ? request.name : ""
    let range = Range(id: flight.serial, kind: request.kind, namespace: request.namespace, name: name)
    ask(.range(range), for: &flight, &out)
  }

  /// etcd has answered a read: for a get or list that is the answer, for an update what it starts from.
  mutating func settle(_ flight: inout Flight, _ reply: Ranged) {
    let request = flight.request
    if !request.path.isEmpty { return reportHealth(&flight, isGood: true) }
    if request.verb == .list {
      flight.succeed(200, nil)
      flight.response?.objects = reply.objects.filter { request.wants($0) }
      flight.response?.revision = reply.revision
      return
    }
    guard let object = reply.objects.first else {
      flight.fail(404, "NotFound", Naming.notFound(request.key))
      return
    }
    if request.verb == .get {
      flight.succeed(200, object)
    } else {
      flight.base = object
      flight.stage = .validate
    }
  }

  /// A request that somebody else answers: the kubelet of the Pod's node, or the server of an API group.
  mutating func forward(_ flight: inout Flight, _ out: inout KubeOutbox) {
    if isAggregated(flight.request.kind) {
      forwardToGroup(&flight, &out)
      return
    }
    if case .logs(let query) = flight.request.body { logs(&flight, query, &out) }
  }

  /// The kubelet of the Pod that a request names; without one the request has failed.
  private func kubelet(of flight: inout Flight) -> Address? {
    guard let pod = cache[flight.request.key]?.pod else {
      flight.fail(404, "NotFound", Naming.notFound(flight.request.key))
      return nil
    }
    if pod.spec.nodeName.isEmpty {
      flight.fail(400, "BadRequest", "pod \(flight.request.name) does not have a host assigned")
      return nil
    }
    guard let kubelet = kubelets[pod.spec.nodeName] else {
      flight.fail(500, "InternalError", "error dialing backend: no preferred addresses found; known addresses: []")
      return nil
    }
    return kubelet
  }

  /// Exec: kube-apiserver opens a connection to the kubelet of the Pod's node.
  mutating func exec(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard case .exec(let container, let command) = flight.request.body else { return }
    guard let kubelet = kubelet(of: &flight) else { return }
    flight.stage = .waiting
    flight.node = kubelet
    let call = ExecCall(id: flight.serial, pod: flight.request.key, container: container, command: command)
    out.send(.exec(call), to: kubelet)
  }
}

/// What kube-apiserver says when a kubelet does not listen.
enum ExecText {
  static func unreachable(_ cache: WatchCache, _ pod: ObjectKey) -> String {
    let host = cache[pod]?.pod?.status.hostIP ?? ""
    return "error dialing backend: dial tcp \(host):10250: connect: connection refused"
  }
}

extension Request {
  /// Whether a listed object is one of those that the request asks for.
  func wants(_ object: Object) -> Bool { Request.wants(object, labels, fields) }

  static func wants(_ object: Object, _ labels: LabelSelector?, _ fields: FieldSelector?) -> Bool {
    if let labels, !labels.matches(object.metadata.labels) { return false }
    guard let fields, !fields.isEmpty else { return true }
    let tree = object.value
    return fields.matches { tree.at(ScriptText.cut($0, at: "."))?.plain }
  }
}
