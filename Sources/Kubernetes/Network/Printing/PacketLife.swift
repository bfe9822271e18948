import Clockwork

/// What happened to the packets of one visit, on all machines: hop by hop, with the headers that each had.
public struct PacketLife: Equatable, Sendable {
  /// A hop, as the kernel that made it remembers it.
  public struct Entry: Equatable, Sendable {
    public var time: Time
    /// Whose namespace it was then; empty for a machine's own.
    public var pod: String
    public var hop: Hop
  }

  /// One packet in one namespace.
  public struct Row: Equatable, Sendable {
    public var time: Time
    /// `node1`, `pod/web`, `router`.
    public var place: String
    /// The interfaces; empty where a process sent it, or where it went no further.
    public var input: String
    public var output: String
    /// As it left; as it came, where it did not leave.
    public var packet: Packet
    /// As it came.
    public var before: Packet
    /// What rules set in the mark on the way.
    public var mark: UInt32
    public var hop: Hop
  }

  /// The packets in the order in which they were sent, each with its rows.
  public private(set) var packets: [[Row]] = []

  /// Collects the hops of a visit; frames that reached somebody whom they were not for are left out.
  init(_ visit: Int64, _ entries: [(place: String, entry: Entry)]) {
    var found: [(id: Int64, row: Row)] = []
    for (place, entry) in entries where entry.hop.before.visit == visit {
      let hop = entry.hop
      if hop.outcome == .lost(.otherHost) { continue }
      var row = Row(
        time: entry.time,
        place: place,
        input: hop.input,
        output: "",
        packet: hop.after,
        before: hop.before,
        mark: hop.mark,
        hop: hop
      )
      let own = hop.frames.filter { $0.packet.id == hop.before.id }
      if case .waiting = hop.outcome {
        // It left later, with the answer to the question that it waited for.
        if let late = PacketLife.release(of: hop.before.id, from: hop.namespace, entries) { row.take([late]) }
      } else if hop.before.datagram != nil {
        row.take(own)
      }
      found.append((hop.before.id, row))
    }
    found.sort { ($0.row.time, $0.row.before.age, $0.id) < ($1.row.time, $1.row.before.age, $1.id) }
    var order: [Int64] = []
    for (id, row) in found where row.before.datagram != nil {
      if let place = order.firstIndex(of: id) {
        packets[place].append(row)
      } else {
        order.append(id)
        packets.append([row])
      }
    }
  }

  private static func release(
    of id: Int64,
    from namespace: String,
    _ entries: [(place: String, entry: Entry)]
  ) -> Hop.Frame? {
    for (_, entry) in entries where entry.hop.namespace == namespace && entry.hop.before.id != id {
      for frame in entry.hop.frames where frame.packet.id == id { return frame }
    }
    return nil
  }
}

extension PacketLife.Row {
  fileprivate mutating func take(_ frames: [Hop.Frame]) {
    guard let first = frames.first else { return }
    packet = first.packet
    output = frames.map { $0.device }.joined(separator: " ")
  }
}

extension PacketLife {
  /// The life of the packets of a visit, as the kernels of a world remember it.
  init(_ visit: Int64, in world: KubeWorld) {
    var entries: [(place: String, entry: Entry)] = []
    for address in world.cells.indices where world.role(of: address) == .kernel {
      guard let kernel = world.component(address, as: Kernel.self) else { continue }
      kernel.moving.lives.forEach { _, entry in
        entries.append((kernel.place(of: entry.hop.namespace, pod: entry.pod), entry))
      }
    }
    self.init(visit, entries)
  }
}

extension Simulation {
  /// The life of what was sent last; nothing in it where nothing was, or where no kernel moves packets.
  public var lastLife: PacketLife { PacketLife(cursor.visits, in: world) }

  /// The life of what ended with the step at a position, and how it was typed; nothing where nothing ended.
  public func life(endingAt position: Int) -> (what: String, life: PacketLife)? {
    guard position >= 0, position < timeline.position, case .step(let step) = timeline[position] else { return nil }
    let after = timeline.world(at: position + 1)
    let actor = step.action.actor
    guard after.role(of: actor) == .kernel, step.action.verb == "answer",
      let before = timeline.world(at: position).component(actor, as: Kernel.self),
      let kernel = after.component(actor, as: Kernel.self)
    else { return nil }
    for number in kernel.moving.results.keys where before.moving.results[number] == nil {
      return (kernel.moving.results[number]?.order.text ?? "", PacketLife(number, in: after))
    }
    return nil
  }
}
