import Clockwork

/// A log file as it lies on a node: lines, each found by the byte that it begins at.
///
/// A copy shares everything but its last page, so that a reader may hold the file while it grows.
public struct LogFile: Equatable, Sendable {
  private var lines: Table<Int64, String> = [:]
  /// In bytes.
  public private(set) var size: Int64 = 0

  public init() {}

  public mutating func append(_ line: String) {
    lines[size] = line
    size += Int64(line.utf8.count)
  }

  public var count: Int { lines.count }

  /// Everything in it.
  public var text: String { lines.values.joined() }

  /// Visits the lines from the one that begins at a byte.
  public func forEach(from offset: Int64, _ body: (Int64, String) -> Bool) { lines.forEach(from: offset, body) }

  /// Where the last lines begin.
  public func start(ofLast wanted: Int64) -> Int64 {
    let starts = lines.keys
    if wanted <= 0 { return size }
    if wanted >= Int64(starts.count) { return 0 }
    return starts[starts.count - Int(wanted)]
  }
}
