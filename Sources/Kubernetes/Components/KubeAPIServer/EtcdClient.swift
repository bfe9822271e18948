import Clockwork

// kube-apiserver as etcd's client: of several members it speaks with one, and goes on to the next when that one fails.
extension KubeAPIServer {
  /// Sends something to etcd for a request, which waits for the answer.
  func ask(_ message: Message, for flight: inout Flight, _ out: inout KubeOutbox) {
    flight.stage = .waiting
    flight.member = etcd
    out.send(message, to: etcd)
  }

  /// etcd says why it cannot answer; without a number it says so of the watch.
  mutating func unavailable(_ id: Int64, _ reason: String, from member: Address, at now: Time) {
    if id == 0 {
      if member == etcd { turn(at: now) }
      return
    }
    if sync == .asked(id) { return turn(at: now) }
    guard var flight = waiting.removeValue(for: id) else { return }
    flight.member = nil
    if flight.request.path.isEmpty {
      flight.fail(500, "", reason)
    } else {
      reportHealth(&flight, isGood: false)
    }
    flights.append(flight)
  }

  /// Goes on with the next member; what has changed meanwhile is read there.
  mutating func turn(at now: Time) {
    if let place = members.firstIndex(of: etcd) { etcd = members[(place + 1) % members.count] }
    turns += 1
    let isRetry = turns >= max(members.count, 1)
    sync = .needed(from: isRetry ? now + Client.retryAfter : now, isRetry: isRetry)
  }

  /// Nobody listens where a request was sent: the next member is tried, if there is one that has not been.
  ///
  /// False when all have been tried.
  mutating func tryNext(_ flight: inout Flight, at now: Time) -> Bool {
    guard let member = flight.member, flight.tries + 1 < members.count else { return false }
    flight.tries += 1
    flight.member = nil
    if member == etcd { turn(at: now) }
    flight.stage = flight.unanswered
    flight.isCharging = false
    return true
  }

  /// The connection to a member breaks: reads are sent once more, of a write nobody knows whether it was done.
  mutating func lostMember(_ member: Address, at now: Time) {
    for id in waiting.keys where waiting[id]?.member == member {
      guard var flight = waiting[id] else { continue }
      let isWrite = flight.object != nil || flight.isCharging
      if isWrite {
        flight.member = nil
        flight.fail(500, "", Text(version).connectionLost)
      } else if !tryNext(&flight, at: now) {
        continue
      }
      waiting.removeValue(for: id)
      flights.append(flight)
    }
    if member == etcd { turn(at: now) }
  }
}

extension Flight {
  /// The stage in which what has not been answered is asked again.
  var unanswered: Stage {
    if isCharging { return .charge }
    if object != nil { return .store }
    return request.verb == .get || request.verb == .list ? .read : .validate
  }
}
