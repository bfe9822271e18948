import Clockwork

// What a container answers on its ports.
extension ContainerStore {
  /// The HTTP status that a request gets, 200 for a bare connection, or 0 when nobody listens.
  func visit(_ visit: PortVisit, now: Time) -> Int64 {
    guard let record = self[visit.id], record.phase == .running else { return 0 }
    let age = now - (record.startedAt ?? now)
    let isKnown = catalog.describes(record.image)
    let image = catalog[record.image]
    // An image that nobody described listens on the ports that its Pod declares.
    guard isKnown ? image.listens.contains(visit.port) : visit.isDeclared, age >= image.opensAfter else { return 0 }
    guard !visit.path.isEmpty, let page = image.pages[visit.path] else { return 200 }
    if !page.file.isEmpty, !hasFile(visit.id, page.file) { return page.otherwise }
    return age >= page.after ? page.status : page.otherwise
  }

  /// Tells CoreDNS that a process of its has begun or ended here.
  mutating func tellServers(_ uid: String, _ pod: ObjectKey, _ out: inout KubeOutbox) {
    guard let dns else { return }
    let runs = order.contains { id in
      guard let record = self[id], record.uid == uid, !record.isSandbox, record.phase == .running else { return false }
      return catalog[record.image].servesNames
    }
    guard runs != servers.contains(uid) else { return }
    if runs { servers.append(uid) } else { servers.removeAll { $0 == uid } }
    out.send(.process(ProcessNews(pod: pod.qualifiedName, isRunning: runs)), to: dns)
  }

  /// The first port that a new process wants and another one of its Pod has: they share one network namespace.
  ///
  /// Of images that nobody described it is not known what they listen on.
  func takenPort(_ id: String, _ image: Image) -> Int64? {
    guard let record = self[id] else { return nil }
    for other in order where other != id && !isRefused(other) {
      guard let held = self[other], held.uid == record.uid, held.sandbox == record.sandbox, held.phase == .running
      else { continue }
      let ports = catalog[held.image].listens
      if let port = image.listens.first(where: { ports.contains($0) }) { return port }
    }
    return nil
  }

  /// Tells the kernel which sockets the processes of a Pod hold from now on.
  func listen(_ uid: String, _ pod: ObjectKey, _ out: inout KubeOutbox) {
    guard let router else { return }
    var sockets: [Socket] = []
    for id in order {
      guard let record = self[id], record.uid == uid, !record.isSandbox, record.phase == .running, !isRefused(id) else {
        continue
      }
      let image = catalog[record.image]
      let ports = catalog.describes(record.image) ? image.listens : orders[id]?.ports ?? []
      // Some programs have never been told what to say.
      let answer = image.answers.isEmpty ? "pod={pod} client={from} local={to}" : image.answers
      let text = Image.fill(answer, [("pod", record.pod.name), ("host", record.pod.name)])
      for port in ports {
        guard let number = UInt16(exactly: port) else { continue }
        var socket = Socket(port: number, process: "\(record.name).\(record.attempt)", .answers(text))
        socket.isDualStack = true
        socket.opensAt = (record.startedAt ?? out.now) + image.opensAfter
        sockets.append(socket)
      }
      for port in image.datagrams {
        guard let number = UInt16(exactly: port) else { continue }
        let manner: Socket.Manner = image.servesNames ? .serves : .answers(text)
        var socket = Socket(listening: .udp, port: number, process: "\(record.name).\(record.attempt)", manner)
        socket.isDualStack = true
        sockets.append(socket)
      }
    }
    out.send(.kernel(KernelCall(.sockets(pod: pod.qualifiedName, sockets))), to: router)
  }
}
