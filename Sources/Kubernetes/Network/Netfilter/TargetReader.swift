extension RuleReader {
  /// Reads what stands behind `-j NAME`.
  mutating func target(_ name: String) -> RuleTarget? {
    switch name {
    case "ACCEPT": return .accept
    case "DROP": return .drop
    case "RETURN": return .back
    case "REJECT":
      guard takes("--reject-with") else { return .reject(.portUnreachable) }
      return RuleTarget.Refusal(rawValue: take()).map { .reject($0) }
    case "DNAT":
      guard takes("--to-destination") else { return nil }
      return translation(take()).map { .destination($0) }
    case "SNAT":
      guard takes("--to-source") else { return nil }
      return translation(take()).map { .source($0) }
    case "MASQUERADE": return portsOnly().map { .masquerade($0) }
    case "REDIRECT": return portsOnly().map { .redirect($0) }
    case "MARK": return mark()
    case "CT": return takes("--notrack") ? .noTrack : nil
    case "NOTRACK": return .noTrack
    case "LOG", "TCPMSS", "CHECKSUM", "CONNMARK", "NFLOG", "QUEUE", "NFQUEUE", "TPROXY": return nil
    default: return .jump(name)
    }
  }

  private mutating func mark() -> RuleTarget? {
    if takes("--set-xmark") {
      return masked(take()).map { .mark(value: $0.0, mask: $0.1 ?? ~0) }
    }
    if takes("--set-mark") {
      guard let (value, mask) = masked(take()) else { return nil }
      return .mark(value: value, mask: (mask ?? ~0) | value)
    }
    if takes("--or-mark") { return masked(take()).map { .mark(value: $0.0, mask: $0.0) } }
    if takes("--xor-mark") { return masked(take()).map { .mark(value: $0.0, mask: 0) } }
    if takes("--and-mark") { return masked(take()).map { .mark(value: 0, mask: ~$0.0) } }
    return nil
  }

  private mutating func portsOnly() -> RuleTarget.Translation? {
    var to = RuleTarget.Translation()
    if takes("--to-ports") { if !ports(take()[...], &to) { return nil } }
    manner(&to)
    return to
  }

  private mutating func translation(_ text: String) -> RuleTarget.Translation? {
    var to = RuleTarget.Translation()
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if !parts[0].isEmpty {
      let ends = parts[0].split(separator: "-")
      guard let first = IPv4(String(ends[0])) else { return nil }
      to.address = first
      if ends.count > 1 {
        guard let last = IPv4(String(ends[1])) else { return nil }
        to.lastAddress = last
      }
    }
    if parts.count > 1, !ports(parts[1], &to) { return nil }
    manner(&to)
    return to
  }

  private func ports(_ text: Substring, _ to: inout RuleTarget.Translation) -> Bool {
    let ends = text.split(separator: "-")
    guard let first = ends.first.flatMap({ UInt16($0) }) else { return false }
    to.port = first
    if ends.count > 1 {
      guard let last = UInt16(ends[1]) else { return false }
      to.lastPort = last
    }
    return true
  }

  private mutating func manner(_ to: inout RuleTarget.Translation) {
    while problem.isEmpty {
      if takes("--random") {
        to.isRandom = true
      } else if takes("--random-fully") {
        to.isFullyRandom = true
      } else if takes("--persistent") {
        to.isPersistent = true
      } else {
        return
      }
    }
  }
}
