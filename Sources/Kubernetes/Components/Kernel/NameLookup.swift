import Clockwork

/// How long those wait who look names up.
enum NameLookup {
  /// resolv.conf(5): `timeout:5`, `attempts:2`, for each name.
  static let pause: Time = 5_000
  static let patience: Time = 10_000
  /// dig and nslookup try three times.
  static let toolPatience: Time = 15_000
  /// What CoreDNS waits for its upstream before it asks again, and in all.
  static let forwardPause: Time = 2_000
  static let forwardPatience: Time = 6_000
}

// Looking names up, as the C library does in the process that wants them: one question after the other, as packets.
extension Moving {
  mutating func lookUp(_ order: VisitOrder, _ out: inout KubeOutbox) {
    let file = order.file ?? ResolverFile(nameservers: [""])
    // dig takes every name as it is.
    let names = order.tool == .dig ? [ResolverFile.whole(order.name)] : file.candidates(order.name)
    guard let first = names.first else { return }
    ask(Lookup(order: order, asked: first, later: Array(names.dropFirst()), startedAt: out.now), &out)
  }

  private mutating func ask(_ lookup: Lookup, _ out: inout KubeOutbox) {
    let order = lookup.order
    let number = nextOwn()
    var draws = random.stream("lookup \(number)")
    var questions: [String] = []
    // Addresses of both kinds are asked for at once, from one socket.
    for kind in order.tool == .dig ? [order.kind] : [.address, .wideAddress] {
      questions.append(DNSMessage(id: UInt16(1 + draws.next(below: 65_535)), lookup.asked, kind).data)
    }
    lookups[number] = lookup
    out.note(
      Fact("fact.kernel.asks", ("name", .string(lookup.asked)), ("server", .string(order.file?.nameserver ?? "")))
    )
    network.visit(
      IPv4(order.file?.nameserver ?? "") ?? .localhost,
      53,
      over: .udp,
      request: questions.first ?? "",
      others: Array(questions.dropFirst()),
      from: namespace(of: order),
      process: order.tool.rawValue,
      number: number,
      patience: order.tool == .curl ? NameLookup.patience : NameLookup.toolPatience,
      pause: NameLookup.pause,
      at: out.now,
      Dice(draws)
    )
  }

  /// The process has its answers, or has waited long enough: it goes on with an address, or with the next name.
  mutating func resolve(_ action: KubeAction, _ out: inout KubeOutbox) {
    for visit in network.ended {
      guard let lookup = lookups[visit.number], Kube.Subject.named(lookup.asked) == action.subject else { continue }
      network.dismiss(visit: visit.number)
      lookups[visit.number] = nil
      var messages: [DNSMessage] = []
      if case .answered(let text)? = visit.outcome {
        messages = text.split(separator: "\n").compactMap { DNSMessage(data: String($0)) }
      }
      for message in messages { out.note(message.fact) }
      return judge(lookup, visit, messages, &out)
    }
  }

  private mutating func judge(
    _ lookup: Lookup,
    _ visit: Visit,
    _ messages: [DNSMessage],
    _ out: inout KubeOutbox
  ) {
    let order = lookup.order
    let address = messages.flatMap { $0.addresses }.first
    let isOver = address != nil || messages.isEmpty || order.tool == .dig
    if !isOver, let next = lookup.later.first {
      var again = lookup
      again.asked = next
      again.later.removeFirst()
      return ask(again, &out)
    }
    if order.tool == .curl, let address {
      var found = order
      found.destination = address
      found.resolved = order.name
      found.name = ""
      return goOn(found)
    }
    let report = LookupReport(lookup, visit.outcome, messages, now: out.now)
    finish(order, visit, (report.word, report.text, report.status), &out)
  }
}

extension DNSMessage {
  /// What a reader is told of an answer.
  var fact: Fact {
    let records = answers.map { "\($0.kind.rawValue) \($0.data)" }.joined(separator: ", ")
    return Fact(
      records.isEmpty ? "fact.dns.none" : "fact.dns.answer",
      ("name", .string(name)),
      ("kind", .string(kind.rawValue)),
      ("status", .string(status.rawValue)),
      ("records", .string(records))
    )
  }
}
