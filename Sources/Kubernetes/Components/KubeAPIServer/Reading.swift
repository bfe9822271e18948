import Clockwork

// Reads, watches and the one call that goes to a kubelet.
extension KubeAPIServer {
  /// A get or list is read from etcd; a watch is served from the watch cache and stays open.
  mutating func read(_ flight: inout Flight, _ out: inout KubeOutbox) {
    let request = flight.request
    if request.verb == .watch {
      let objects = cache.list(request.kind, namespace: request.namespace, request.selector)
      cache.add(WatchCache.Watcher(client: flight.sender, kind: request.kind, selector: request.selector))
      flight.succeed(200, nil)
      flight.response?.objects = objects
      flight.response?.revision = cache.revision
      return
    }
    flight.stage = .waiting
    let name = request.verb == .get ? request.name : ""
    out.send(
      .range(Range(id: flight.serial, kind: request.kind, namespace: request.namespace, name: name)),
      to: etcd
    )
  }

  /// etcd has answered a read: for a get or list that is the answer, for an update what it starts from.
  mutating func settle(_ flight: inout Flight, _ reply: Ranged) {
    let request = flight.request
    if request.verb == .list {
      flight.succeed(200, nil)
      flight.response?.objects = reply.objects
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

  /// Exec: kube-apiserver opens a connection to the kubelet of the Pod's node.
  mutating func exec(_ flight: inout Flight, _ out: inout KubeOutbox) {
    guard case .exec(let container, let command) = flight.request.body else { return }
    guard let pod = cache[flight.request.key]?.pod else {
      flight.fail(404, "NotFound", Naming.notFound(flight.request.key))
      return
    }
    if pod.spec.nodeName.isEmpty {
      flight.fail(400, "BadRequest", "pod \(flight.request.name) does not have a host assigned")
      return
    }
    guard let kubelet = kubelets[pod.spec.nodeName] else {
      flight.fail(500, "InternalError", "error dialing backend: no preferred addresses found; known addresses: []")
      return
    }
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
