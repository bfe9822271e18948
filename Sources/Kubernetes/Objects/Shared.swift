import Clockwork

/// A value that copies share until one of them writes to it.
///
/// A Pod is read by many caches and changed by few, so its spec is stored once however many hold it.
public struct Shared<Content: Equatable>: Equatable {
  private var box: SharedBox<Content>

  public init(_ content: Content) {
    box = SharedBox(content)
  }

  public var content: Content {
    _read { yield box.content }
    _modify {
      if !isKnownUniquelyReferenced(&box) { box = SharedBox(box.content) }
      yield &box.content
    }
  }

  /// Whether both are the very same storage; false says nothing about their contents.
  public func isSame(as other: Shared) -> Bool { box === other.box }

  public static func == (left: Shared, right: Shared) -> Bool {
    left.box === right.box || left.box.content == right.box.content
  }
}

private final class SharedBox<Content> {
  var content: Content

  init(_ content: Content) {
    self.content = content
  }
}

extension Shared: Sendable where Content: Sendable {}
// Boxes are only written when uniquely referenced, so sharing them between copies is safe.
extension SharedBox: @unchecked Sendable where Content: Sendable {}

extension Shared: Field where Content: Field {
  public static var goType: String { Content.goType }
  public static var vacant: Shared { Shared(Content.vacant) }
  public var isVacant: Bool { box.content.isVacant }
  public var tree: Value { box.content.tree }

  public static func read(_ value: Value, _ reading: inout Reading) -> Shared? {
    guard let content = Content.read(value, &reading) else { return nil }
    return Shared(content)
  }
}
