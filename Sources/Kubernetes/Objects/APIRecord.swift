import Clockwork

/// A record that is an API object of its own, such as a Deployment.
///
/// A new kind costs one case of ``Content`` and this conformance.
public protocol APIRecord: Record, Sendable {
  static var kind: Kind { get }
  var metadata: ObjectMeta { get set }
  /// Lays the record, whose metadata is empty, into an object.
  static func wrap(_ shared: Shared<Self>) -> Content
  /// The record in an object of its kind, without its metadata.
  static func unwrap(_ content: Content) -> Shared<Self>?
}

extension Object {
  public init<R: APIRecord>(_ record: R) {
    var rest = record
    rest.metadata = ObjectMeta()
    self.init(kind: R.kind, metadata: record.metadata, content: R.wrap(Shared(rest)))
  }

  /// The typed record, or nothing for an object of another kind.
  public func `as`<R: APIRecord>(_ type: R.Type) -> R? {
    guard var record = R.unwrap(content)?.content else { return nil }
    record.metadata = metadata
    return record
  }

  /// Changes the record in place; does nothing to an object of another kind.
  public mutating func update<R: APIRecord>(_ type: R.Type, _ body: (inout R) -> Void) {
    guard var record = self.as(type) else { return }
    body(&record)
    self = Object(record)
  }
}
