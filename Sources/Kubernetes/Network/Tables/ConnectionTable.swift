public import Clockwork

/// What connection tracking remembers, found from either side.
public struct ConnectionTable: Equatable, Sendable {
  private var byNumber: Table<Int64, Connection> = [:]
  private var numbers: Table<FlowTuple, Int64> = [:]
  private var last: Int64 = 0

  public init() {}

  public var count: Int { byNumber.count }

  /// In the order in which they were first seen; those whose time is over are not shown.
  public func all(at now: Time) -> [Connection] { byNumber.values.filter { $0.expiry > now } }

  /// The entry that a packet belongs to, and whether the packet goes the way back.
  public func find(_ tuple: FlowTuple, at now: Time) -> (number: Int64, connection: Connection, isReply: Bool)? {
    guard let number = numbers[tuple], let connection = byNumber[number], connection.expiry > now else { return nil }
    return (number, connection, connection.original != tuple)
  }

  /// Whether an answer with this tuple would already belong to somebody.
  public func isTaken(_ tuple: FlowTuple, at now: Time) -> Bool { find(tuple, at: now) != nil }

  public subscript(number: Int64) -> Connection? { byNumber[number] }

  /// Adds an entry; of two that began alike and went to two places, the second is found by its answers only.
  @discardableResult
  public mutating func insert(_ connection: Connection, isSecond: Bool = false) -> Int64 {
    last += 1
    for tuple in isSecond ? [connection.reply] : [connection.original, connection.reply] {
      if let old = numbers[tuple] { remove(old) }
      numbers[tuple] = last
    }
    byNumber[last] = connection
    return last
  }

  /// Changes an entry, whose tuples stay what they are.
  mutating func update(_ number: Int64, _ connection: Connection) { byNumber[number] = connection }

  public mutating func remove(_ number: Int64) {
    guard let old = byNumber.removeValue(for: number) else { return }
    for tuple in [old.original, old.reply] where numbers[tuple] == number { numbers[tuple] = nil }
  }

  /// Forgets what `isUnwanted`; returns how many that were.
  @discardableResult
  public mutating func removeAll(where isUnwanted: (Connection) -> Bool) -> Int {
    var doomed: [Int64] = []
    byNumber.forEach { number, connection in if isUnwanted(connection) { doomed.append(number) } }
    for number in doomed { remove(number) }
    return doomed.count
  }

  public static func == (left: ConnectionTable, right: ConnectionTable) -> Bool { left.byNumber == right.byNumber }
}
