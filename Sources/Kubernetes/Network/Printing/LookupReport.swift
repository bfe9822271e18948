import Clockwork

/// What those print who look a name up: curl, `dig +noedns` and nslookup.
struct LookupReport {
  /// In one word, for lists and questions.
  let word: String
  let text: String
  let status: Int64

  init(_ lookup: Moving.Lookup, _ outcome: Visit.Outcome?, _ messages: [DNSMessage], now: Time) {
    let server = lookup.order.file?.nameserver ?? ""
    let best = messages.first { !$0.addresses.isEmpty } ?? messages.first
    word = best.map { $0.status == .noError ? "answered" : $0.status.rawValue } ?? outcome?.word ?? "timeout"
    switch lookup.order.tool {
    case .curl:
      text = "curl: (6) Could not resolve host: \(lookup.order.name)"
      status = 6
    case .dig:
      text = best.map { LookupReport.dig($0, server, now) } ?? LookupReport.silence(outcome, server)
      status = best == nil ? 9 : 0
    case .nslookup:
      text = messages.isEmpty ? LookupReport.silence(outcome, server) : LookupReport.nslookup(lookup, messages, server)
      status = best?.status == .noError ? 0 : 1
    }
  }

  /// Nobody answered, or somebody said that nobody will.
  private static func silence(_ outcome: Visit.Outcome?, _ server: String) -> String {
    guard case .unreachable(let kind)? = outcome else {
      return ";; connection timed out; no servers could be reached\n"
    }
    let why =
      kind == .portUnreachable
      ? "connection refused" : kind == .netUnreachable ? "network unreachable" : "host unreachable"
    let line = ";; communications error to \(server)#53: \(why)\n"
    return line + line + line + ";; no servers could be reached\n"
  }

  private static func nslookup(_ lookup: Moving.Lookup, _ messages: [DNSMessage], _ server: String) -> String {
    var out = "Server:\t\t\(server)\nAddress:\t\(server)#53\n\n"
    let addresses = messages.flatMap { $0.answers.filter { $0.kind == .address || $0.kind == .alias } }
    for record in addresses {
      out +=
        record.kind == .alias
        ? "\(record.name)\tcanonical name = \(record.data)\n" : "Name:\t\(record.name)\nAddress: \(record.data)\n"
    }
    if addresses.isEmpty {
      let status = messages.first?.status ?? .serverFailure
      // What was typed is named, not the last name that was tried.
      out +=
        status == .noError
        ? "*** Can't find \(lookup.order.name): No answer\n"
        : "** server can't find \(lookup.order.name): \(status.rawValue)\n"
    }
    return out + "\n"
  }

  private static func dig(_ message: DNSMessage, _ server: String, _ now: Time) -> String {
    let flags = ["qr"] + (message.isAuthoritative ? ["aa", "rd"] : ["rd", "ra"])
    var out = "\n; <<>> DiG <<>> +noedns \(message.name)\n;; global options: +cmd\n;; Got answer:\n"
    out += ";; ->>HEADER<<- opcode: QUERY, status: \(message.status.rawValue), id: \(message.id)\n"
    out += ";; flags: \(flags.joined(separator: " ")); QUERY: 1, ANSWER: \(message.answers.count), "
    out += "AUTHORITY: \(message.authority.count), ADDITIONAL: 0\n"
    if message.isAuthoritative { out += ";; WARNING: recursion requested but not available\n" }
    out += "\n;; QUESTION SECTION:\n;\(message.name).\t\tIN\t\(message.kind.rawValue)\n"
    for (title, records) in [("ANSWER", message.answers), ("AUTHORITY", message.authority)] where !records.isEmpty {
      out += "\n;; \(title) SECTION:\n"
      for record in records { out += "\(record.name).\t\(record.ttl)\tIN\t\(record.kind.rawValue)\t\(record.data)\n" }
    }
    out += "\n;; Query time: 0 msec\n;; SERVER: \(server)#53(\(server)) (UDP)\n"
    return out + ";; WHEN: \(Calendar.text(milliseconds: now))Z\n;; MSG SIZE  rcvd: \(message.wire.count)\n\n"
  }
}
