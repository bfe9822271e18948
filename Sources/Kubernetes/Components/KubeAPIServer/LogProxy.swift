import Clockwork

// pods/log: kube-apiserver has no log; it asks the kubelet of the Pod's node and passes on what comes.
extension KubeAPIServer {
  /// Opens a connection to the kubelet, or says why there is nobody to ask.
  mutating func logs(_ flight: inout Flight, _ query: LogQuery, _ out: inout KubeOutbox) {
    let key = flight.request.key
    guard let pod = cache[key]?.pod else {
      flight.fail(404, "NotFound", Naming.notFound(key))
      return
    }
    if !query.problem.isEmpty {
      flight.fail(422, "Invalid", "PodLogOptions \"\(key.name)\" is invalid: \(query.problem)")
      return
    }
    var query = query
    switch container(of: pod, query.container) {
    case .success(let name): query.container = name
    case .failure(let refusal):
      flight.fail(400, "BadRequest", refusal.text)
      return
    }
    // A Pod without a node has written nothing.
    if pod.spec.nodeName.isEmpty { return flight.succeed(200, nil) }
    guard let kubelet = kubelets[pod.spec.nodeName] else {
      let nobody = "no preferred addresses found; known addresses: []"
      return flight.fail(500, "InternalError", "error dialing backend: \(nobody)")
    }
    flight.stage = .waiting
    flight.node = kubelet
    flight.giveUpAt = out.now + durations.dialTimeout
    flight.logURL = query.url(host(of: pod), key, query.container)
    out.send(.nodeCall(NodeCall(id: flight.serial, .logs(pod: key, query))), to: kubelet)
  }

  private struct Refusal: Error {
    var text: String
  }

  /// The container that is meant; only a Pod with one container needs no name.
  private func container(of pod: Pod, _ name: String) -> Result<String, Refusal> {
    let names = pod.spec.containers.map { $0.name }
    let first = pod.spec.initContainers.map { $0.name }
    let title = pod.metadata.name
    if !name.isEmpty {
      if names.contains(name) || first.contains(name) { return .success(name) }
      return .failure(Refusal(text: "container \(name) is not valid for pod \(title)"))
    }
    if names.count == 1 { return .success(names[0]) }
    var text = "a container name must be specified for pod \(title), choose one of: [\(names.joined(separator: " "))]"
    if !first.isEmpty { text += " or one of the init containers: [\(first.joined(separator: " "))]" }
    return .failure(Refusal(text: text))
  }

  /// The address under which the Pod's node is known.
  private func host(of pod: Pod) -> String {
    let node = cache[ObjectKey(.node, "", pod.spec.nodeName)]?.node
    return node?.status.address("InternalIP") ?? pod.status.hostIP
  }

  /// A kubelet has sent an answer, or a piece of one: a stream stays open until its last piece.
  mutating func finish(_ reply: NodeReply) {
    guard var flight = waiting.removeValue(for: reply.id) else { return }
    flight.giveUpAt = nil
    if reply.continues {
      flight.hasStreamed = true
      waiting[reply.id] = flight
    }
    switch reply.code {
    case 200:
      flight.succeed(200, nil)
      flight.response?.message = reply.text
      flight.response?.continues = reply.continues
    case 404:
      let about = "pods/log \(flight.request.name)"
      flight.fail(404, "NotFound", "the server could not find the requested resource ( \(about))")
    default: flight.fail(reply.code, Naming.reason(of: reply.code), reply.text)
    }
    flights.append(flight)
  }

  /// The kubelet is not there, or has gone in the middle.
  mutating func loseLog(_ flight: inout Flight) {
    if flight.hasStreamed {
      flight.fail(500, "", "unexpected EOF")
    } else {
      flight.fail(500, "", unreachable(flight, "connect: connection refused"))
    }
  }

  /// Nobody has answered for so long that the connection is given up.
  mutating func giveUp(_ action: KubeAction, at now: Time) -> Flight? {
    for id in waiting.keys {
      guard var flight = waiting[id], !flight.isCalling, flight.subject == action.subject, let due = flight.giveUpAt,
        due <= now
      else {
        continue
      }
      waiting.removeValue(for: id)
      if flight.request.path.isEmpty {
        flight.fail(500, "", unreachable(flight, "i/o timeout"))
      } else {
        reportHealth(&flight, isGood: false)
      }
      return flight
    }
    return nil
  }

  private func unreachable(_ flight: Flight, _ why: String) -> String {
    let host = flight.logURL.split(separator: "/").dropFirst().first.map { String($0) } ?? ""
    return "Get \"\(flight.logURL)\": dial tcp \(host): \(why)"
  }

  /// A client that followed a log has gone: its kubelet need not go on.
  mutating func hangUp(on client: Address) {
    for id in waiting.keys {
      guard var flight = waiting[id], flight.sender == client, !flight.logURL.isEmpty else { continue }
      waiting.removeValue(for: id)
      flight.stage = .hangUp
      flights.append(flight)
    }
  }

  mutating func hangUp(_ flight: Flight, _ out: inout KubeOutbox) {
    guard let kubelet = flight.node else { return }
    out.send(.nodeCall(NodeCall(id: flight.serial, .hangUp)), to: kubelet)
  }
}
