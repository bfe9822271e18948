extension DNSMessage {
  /// The bytes on the wire; a name that has stood there before is a pointer to it.
  public var wire: [UInt8] {
    var writer = Writer()
    writer.add(id)
    let answer: UInt16 = isReply ? 0x8000 : 0
    writer.add(
      answer | (isAuthoritative ? 0x0400 : 0) | 0x0100 | (isReply && !isAuthoritative ? 0x0080 : 0)
        | UInt16(status.number)
    )
    for count in [1, answers.count, authority.count, 0] { writer.add(UInt16(count)) }
    writer.add(name: name)
    writer.add(kind.number)
    writer.add(UInt16(1))
    for record in answers + authority { writer.add(record) }
    return writer.bytes
  }

  private struct Writer {
    var bytes: [UInt8] = []
    private var places: [(name: String, place: Int)] = []

    mutating func add(_ number: UInt16) {
      bytes.append(UInt8(number >> 8))
      bytes.append(UInt8(truncatingIfNeeded: number))
    }

    mutating func add(_ number: UInt32) {
      add(UInt16(number >> 16))
      add(UInt16(truncatingIfNeeded: number))
    }

    mutating func add(name: String) {
      var rest = name[...]
      if rest.last == "." { rest = rest.dropLast() }
      while !rest.isEmpty {
        if let known = places.first(where: { $0.name == rest }) { return add(0xc000 | UInt16(known.place)) }
        if bytes.count < 0x4000 { places.append((String(rest), bytes.count)) }
        let label = rest.prefix { $0 != "." }
        bytes.append(UInt8(min(63, label.utf8.count)))
        bytes += label.utf8.prefix(63)
        rest = rest.dropFirst(label.count + 1)
      }
      bytes.append(0)
    }

    mutating func add(_ record: Record) {
      add(name: record.name)
      add(record.kind.number)
      add(UInt16(1))
      add(UInt32(truncatingIfNeeded: record.ttl))
      let place = bytes.count
      add(UInt16(0))
      switch record.kind {
      case .address: add(IPv4(record.data)?.number ?? 0)
      case .alias: add(name: record.data)
      case .service, .authority: add(words: record)
      case .wideAddress: break
      }
      let length = bytes.count - place - 2
      bytes[place] = UInt8(truncatingIfNeeded: length >> 8)
      bytes[place + 1] = UInt8(truncatingIfNeeded: length)
    }

    /// Names and numbers, as they stand in a zone file.
    private mutating func add(words record: Record) {
      for word in record.data.split(separator: " ") {
        if let number = UInt32(word) {
          if record.kind == .service { add(UInt16(truncatingIfNeeded: number)) } else { add(number) }
        } else {
          add(name: String(word))
        }
      }
    }
  }
}

extension UDPMessage {
  /// What stands behind the UDP header: a message about names in its own form, anything else as it is.
  public var bytes: [UInt8] {
    if let message = DNSMessage(data: data) { return message.wire }
    return Array(data.utf8) + Array(repeating: 0, count: max(0, padding))
  }

  /// A datagram with a message about names, as long as it is on the wire.
  init(sourcePort: UInt16, destinationPort: UInt16, words data: String) {
    self.init(sourcePort: sourcePort, destinationPort: destinationPort, data: data)
    if let message = DNSMessage(data: data) { padding = message.wire.count - data.utf8.count }
  }
}
