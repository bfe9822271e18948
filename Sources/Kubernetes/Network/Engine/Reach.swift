import Clockwork

extension NodeNetwork {
  /// How a connection from the machine itself to an address would fare, tried out on a copy.
  ///
  /// What leaves by a card is not followed: nobody answers then.
  func reach(_ address: IPv4, _ port: UInt16, at now: Time) -> ProbeReach.Way {
    var copy = self
    copy.arrivals = []
    let number: Int64 = .min
    let dice = Dice(Random(seed: 1))
    copy.visit(address, port, request: "", from: NetworkNamespace.host, number: number, patience: 10_000, at: now, dice)
    var time = now
    for _ in 0..<256 {
      if let way = copy.way(of: number, after: time - now) { return way }
      if !copy.arrivals.isEmpty {
        _ = copy.pass(0, at: time, dice, isTelling: false)
      } else {
        let due = copy.due
        guard due != .never, due <= now + 10_000 else { return .silent }
        time = max(time, due)
        _ = copy.wake(at: time, dice, isTelling: false)
      }
    }
    return .silent
  }

  private func way(of number: Int64, after elapsed: Time) -> ProbeReach.Way? {
    guard let visit = visit(number) else { return .silent }
    if visit.isConnected { return .open }
    switch visit.outcome {
    case nil: return nil
    // That nobody listens is the container's answer, which the runtime gives.
    case .refused, .reset, .closed, .answered: return .open
    case .timedOut: return .silent
    case .unreachable(let kind):
      // A probe that has to wait for that long has given up before.
      if elapsed > 0 { return .silent }
      switch kind {
      case .portUnreachable: return .open
      case .netUnreachable, .netProhibited: return .failed("network is unreachable")
      default: return .failed("no route to host")
      }
    }
  }
}
