import Clockwork

/// The addresses and node ports that kube-apiserver gives to Services.
///
/// Newer releases keep the lower end of both ranges free for people who choose a number themselves.
struct ServiceRanges: Sendable {
  /// What other Services hold.
  struct Taken: Sendable {
    private(set) var addresses: Table<String, Bool> = [:]
    private(set) var ports: Table<Int64, Bool> = [:]

    mutating func add(_ service: Service) {
      if !service.spec.clusterIP.isEmpty, !service.spec.isHeadless { addresses[service.spec.clusterIP] = true }
      for port in service.spec.ports where port.nodePort != 0 { ports[port.nodePort] = true }
    }

    mutating func add(port: Int64) { ports[port] = true }
  }

  static let firstPort: Int64 = 30_000
  static let lastPort: Int64 = 32_767

  let range: CIDR
  let version: Version

  /// Gives a Service what its type needs; what it asked for itself may be refused.
  ///
  /// `old` is the Service as stored, where this is an update: what it has it keeps.
  func allocate(
    _ service: inout Service,
    old: Service?,
    taken: Taken,
    random: inout Random
  ) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if service.spec.wantsClusterIP { giveAddress(&service, old: old, taken, &random, &problems) }
    if service.spec.wantsNodePorts { givePorts(&service, old: old, taken, &random, &problems) }
    return problems
  }

  // MARK: Addresses

  private func giveAddress(
    _ service: inout Service,
    old: Service?,
    _ taken: Taken,
    _ random: inout Random,
    _ problems: inout [FieldProblem]
  ) {
    if let old, old.spec.wantsClusterIP, !old.spec.clusterIP.isEmpty {
      if service.spec.clusterIP.isEmpty {
        service.spec.clusterIP = old.spec.clusterIP
        service.spec.clusterIPs = old.spec.clusterIPs
      }
      return
    }
    let wanted = service.spec.clusterIP
    if wanted.isEmpty {
      guard let free = freeAddress(taken, &random) else {
        problems.append(
          FieldProblem(.invalid, ["spec", "clusterIPs"], got: list([]), detail: failure("", "range is full"))
        )
        return
      }
      service.spec.clusterIP = free
      service.spec.clusterIPs = [free]
      return
    }
    guard let address = IPv4(wanted) else { return }
    var reason = ""
    if !range.contains(address) || address < range.first || range.last < address {
      reason = "the provided IP (\(wanted)) is not in the valid range. The range of valid IPs is \(range.text)"
      if version == .then { reason = "provided IP is not in the valid range. The range of valid IPs is \(range.text)" }
    } else if taken.addresses[wanted] != nil {
      reason = "provided IP is already allocated"
    }
    if reason.isEmpty { return }
    problems.append(
      FieldProblem(.invalid, ["spec", "clusterIPs"], got: list([wanted]), detail: failure(wanted, reason))
    )
  }

  private func failure(_ address: String, _ reason: String) -> String {
    if version == .then { return "failed to allocated ip:\(address) with error:\(reason)" }
    return address.isEmpty ? "failed to allocate a serviceIP: \(reason)" : "failed to allocate IP \(address): \(reason)"
  }

  private func list(_ texts: [String]) -> String { FieldText.strings(texts, version) }

  private func freeAddress(_ taken: Taken, _ random: inout Random) -> String? {
    let first = Int64(range.first.number)
    let count = Int64(range.last.number) - first + 1
    let low = version == .now ? min(max(16, count / 16), min(256, count)) : 0
    let found = pick(first, count, reserved: low, &random) { taken.addresses[IPv4(UInt32($0)).text] != nil }
    return found.map { IPv4(UInt32($0)).text }
  }

  // MARK: Ports

  private func givePorts(
    _ service: inout Service,
    old: Service?,
    _ taken: Taken,
    _ random: inout Random,
    _ problems: inout [FieldProblem]
  ) {
    var taken = taken
    for index in service.spec.ports.indices {
      let port = service.spec.ports[index]
      if let kept = held(port, old) {
        service.spec.ports[index].nodePort = kept
        taken.add(port: kept)
        continue
      }
      let path = ["spec", "ports", "\(index)", "nodePort"]
      if port.nodePort == 0 {
        if let free = freePort(taken, &random) {
          service.spec.ports[index].nodePort = free
          taken.add(port: free)
        } else {
          problems.append(FieldProblem(.invalid, path, got: "0", detail: "range is full"))
        }
        continue
      }
      var reason = ""
      if port.nodePort < ServiceRanges.firstPort || port.nodePort > ServiceRanges.lastPort {
        let valid = "\(ServiceRanges.firstPort)-\(ServiceRanges.lastPort)"
        reason = "provided port is not in the valid range. The range of valid ports is \(valid)"
      } else if taken.ports[port.nodePort] != nil, !isShared(service.spec.ports[..<index], port) {
        reason = "provided port is already allocated"
      }
      if !reason.isEmpty { problems.append(FieldProblem(.invalid, path, got: "\(port.nodePort)", detail: reason)) }
      taken.add(port: port.nodePort)
    }
  }

  /// The same port over TCP and UDP may be one node port.
  private func isShared(_ earlier: ArraySlice<ServicePort>, _ port: ServicePort) -> Bool {
    earlier.contains { $0.nodePort == port.nodePort && $0.protocol != port.protocol }
  }

  /// The node port that a port of a stored Service keeps.
  private func held(_ port: ServicePort, _ old: Service?) -> Int64? {
    guard let old else { return nil }
    for other in old.spec.ports where other.nodePort != 0 {
      if other.nodePort == port.nodePort { return other.nodePort }
      if port.nodePort == 0, other.port == port.port, other.protocol == port.protocol { return other.nodePort }
    }
    return nil
  }

  private func freePort(_ taken: Taken, _ random: inout Random) -> Int64? {
    let count = ServiceRanges.lastPort - ServiceRanges.firstPort + 1
    let low: Int64 = version == .now ? 86 : 0
    return pick(ServiceRanges.firstPort, count, reserved: low, &random) { taken.ports[$0] != nil }
  }

  /// A free number, from above the reserved part while there is one.
  private func pick(
    _ first: Int64,
    _ count: Int64,
    reserved: Int64,
    _ random: inout Random,
    _ isTaken: (Int64) -> Bool
  ) -> Int64? {
    for (start, size) in [(first + reserved, count - reserved), (first, reserved)] where size > 0 {
      let offset = Int64(random.next(below: Int(min(size, 1 << 30))))
      var step: Int64 = 0
      while step < min(size, 1 << 20) {
        let number = start + (offset + step) % size
        if !isTaken(number) { return number }
        step += 1
      }
    }
    return nil
  }
}

/// Values in error messages, which each version writes in its own way.
enum FieldText {
  /// A list of texts: as Go writes it (then), or as JSON (now).
  static func strings(_ texts: [String], _ version: Version) -> String {
    let quoted = texts.map { LabelText.quoted($0) }
    if version == .then { return "[]string{\(quoted.joined(separator: ", "))}" }
    return "[\(quoted.joined(separator: ","))]"
  }
}
