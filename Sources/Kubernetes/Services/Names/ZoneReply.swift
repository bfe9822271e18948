import Clockwork

extension ClusterZone {
  /// How long an answer may be kept, in seconds: `ttl 30` of the Corefile.
  public static let ttl: Int64 = 30

  /// What the zone replies to a question; nothing where the name is not one of its own.
  ///
  /// An alias is followed no further: its goal stands in the last record.
  public func reply(to question: DNSMessage, at now: Time, _ random: inout Random) -> DNSMessage? {
    let records: [DNSMessage.Record]
    switch answer(question.name, ClusterZone.Question(rawValue: question.kind.rawValue) ?? .address) {
    case .elsewhere: return nil
    case .noName: return question.reply(.noName, authority: [authority(at: now)])
    case .nothing: return question.reply(.noError, authority: [authority(at: now)])
    case .alias(let goal):
      return question.reply(.noError, [DNSMessage.Record(question.name, .alias, ttl: ClusterZone.ttl, "\(goal).")])
    case .addresses(let addresses):
      records = addresses.map { DNSMessage.Record(question.name, .address, ttl: ClusterZone.ttl, $0.text) }
    case .targets(let targets):
      let weight = 100 / Int64(max(1, targets.count))
      records = targets.map { target in
        let data = "0 \(weight) \(target.port) \(target.name)."
        return DNSMessage.Record(question.name, .service, ttl: ClusterZone.ttl, data)
      }
    }
    return question.reply(.noError, ClusterZone.mixed(records, &random))
  }

  /// The plugin `loadbalance`: clients take the first address, so another one stands first each time.
  static func mixed(_ records: [DNSMessage.Record], _ random: inout Random) -> [DNSMessage.Record] {
    var records = records
    guard records.count > 1 else { return records }
    for place in records.indices.dropLast() {
      records.swapAt(place, place + random.next(below: records.count - place))
    }
    return records
  }

  /// Who answers for the zone, and since when: every answer without records has it.
  private func authority(at now: Time) -> DNSMessage.Record {
    let serial = Calendar.floorDivide(now, 1000) + Calendar.epoch
    let data = "ns.dns.\(domain). hostmaster.\(domain). \(serial) 7200 1800 86400 \(ClusterZone.ttl)"
    return DNSMessage.Record(domain, .authority, ttl: ClusterZone.ttl, data)
  }
}

/// The names of the world outside, which a server there knows: the nodes ask it, and so does CoreDNS.
enum WorldZone {
  /// A machine outside that has a name.
  static let site = "example.com"
  static let address = IPv4(0xcb00_7150)

  static func reply(to question: DNSMessage) -> DNSMessage {
    guard question.name == site else { return question.reply(.noName, own: false) }
    guard question.kind == .address else { return question.reply(.noError, own: false) }
    let record = DNSMessage.Record(site, .address, ttl: 300, address.text)
    return question.reply(.noError, [record], own: false)
  }
}
