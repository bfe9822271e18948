/// A question for a name, or its answer, as it travels in a UDP datagram (RFC 1035).
public struct DNSMessage: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case address = "A"
    case wideAddress = "AAAA"
    case service = "SRV"
    case alias = "CNAME"
    case authority = "SOA"

    var number: UInt16 {
      switch self {
      case .address: 1
      case .alias: 5
      case .authority: 6
      case .wideAddress: 28
      case .service: 33
      }
    }
  }

  public enum Status: String, CaseIterable, Sendable {
    case noError = "NOERROR"
    case serverFailure = "SERVFAIL"
    /// There is no such name, with no kind of record.
    case noName = "NXDOMAIN"

    var number: UInt8 {
      switch self {
      case .noError: 0
      case .serverFailure: 2
      case .noName: 3
      }
    }

    /// As a capture shows it.
    var word: String {
      switch self {
      case .noError: ""
      case .serverFailure: " ServFail"
      case .noName: " NXDomain"
      }
    }
  }

  /// One line of an answer; `data` is what stands behind the kind in a zone file.
  public struct Record: Equatable, Sendable {
    public var name: String
    public var kind: Kind
    /// In seconds.
    public var ttl: Int64
    public var data: String

    public init(_ name: String, _ kind: Kind, ttl: Int64, _ data: String) {
      self.name = name
      self.kind = kind
      self.ttl = ttl
      self.data = data
    }

    /// The name that the data point to, for those kinds that point to one.
    var goal: String { data.split(separator: " ").last.map { String($0) } ?? "" }
  }

  public var id: UInt16
  /// Without the final dot.
  public var name: String
  public var kind: Kind
  public var isReply: Bool = false
  /// Whether the server answers out of its own zone.
  public var isAuthoritative: Bool = false
  public var status: Status = .noError
  public var answers: [Record] = []
  /// What stands in the authority section: the zone that has nothing.
  public var authority: [Record] = []

  /// A question.
  public init(id: UInt16, _ name: String, _ kind: Kind) {
    self.id = id
    self.name = name
    self.kind = kind
  }

  /// The answer to a question.
  public func reply(
    _ status: Status,
    _ answers: [Record] = [],
    authority: [Record] = [],
    own: Bool = true
  ) -> DNSMessage {
    var reply = self
    reply.isReply = true
    reply.isAuthoritative = own
    reply.status = status
    reply.answers = answers
    reply.authority = authority
    return reply
  }

  /// The IPv4 addresses in it, in their order.
  public var addresses: [IPv4] { answers.compactMap { $0.kind == .address ? IPv4($0.data) : nil } }

  // MARK: The words that the model carries

  /// Everything in one line, for the data of a datagram; `init(data:)` reads it again.
  public var data: String {
    var out =
      "dns \(id) \(isReply ? "r" : "q") \(status.rawValue) \(isAuthoritative ? "aa" : "-") \(kind.rawValue) \(name)"
    for (mark, records) in [("|", answers), ("^", authority)] {
      for record in records { out += "\(mark)\(record.name) \(record.kind.rawValue) \(record.ttl) \(record.data)" }
    }
    return out
  }

  /// Nothing where the text is no such message.
  public init?(data: String) {
    guard data.hasPrefix("dns ") else { return nil }
    var head = ""
    var parts: [(isAnswer: Bool, text: String)] = []
    for character in data {
      if character == "|" || character == "^" {
        parts.append((character == "|", ""))
      } else if parts.isEmpty {
        head.append(character)
      } else {
        parts[parts.count - 1].text.append(character)
      }
    }
    let words = head.split(separator: " ").map { String($0) }
    guard words.count >= 6, let id = UInt16(words[1]), let status = Status(rawValue: words[3]),
      let kind = Kind(rawValue: words[5])
    else { return nil }
    self.init(id: id, words.count > 6 ? words[6] : "", kind)
    isReply = words[2] == "r"
    self.status = status
    isAuthoritative = words[4] == "aa"
    for part in parts {
      let words = part.text.split(separator: " ", maxSplits: 3).map { String($0) }
      guard words.count == 4, let kind = Kind(rawValue: words[1]), let ttl = Int64(words[2]) else { return nil }
      let record = Record(words[0], kind, ttl: ttl, words[3])
      if part.isAnswer { answers.append(record) } else { authority.append(record) }
    }
  }

  /// Whether one message answers another, by their numbers.
  public static func isReply(_ reply: String, to question: String) -> Bool {
    guard let one = DNSMessage(data: reply), let other = DNSMessage(data: question) else { return true }
    return one.id == other.id && one.kind == other.kind
  }

  /// What a capture prints behind the ends: `4660+ A? web.default.svc.cluster.local. (47)`.
  public var dump: String {
    let length = wire.count
    guard isReply else { return "\(id)+ \(kind.rawValue)? \(name). (\(length))" }
    let own = isAuthoritative ? "*" : ""
    var out = "\(id)\(status.word)\(own)\(isAuthoritative ? "-" : "") \(answers.count)/\(authority.count)/0"
    if !answers.isEmpty { out += " " + answers.map { "\($0.kind.rawValue) \($0.data)" }.joined(separator: ", ") }
    return out + " (\(length))"
  }
}
