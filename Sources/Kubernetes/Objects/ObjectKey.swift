/// Which object: its kind, namespace and name.
public struct ObjectKey: Comparable, Sendable {
  public var kind: Kind
  /// Empty for kinds that live in no namespace.
  public var namespace: String
  public var name: String

  public init(_ kind: Kind, _ namespace: String, _ name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  public init(kind: Kind, namespace: String = "", name: String) {
    self.init(kind, namespace, name)
  }

  /// The object behind a key of etcd such as `/registry/pods/default/web`.
  public init?(path: String) {
    for kind in Kind.all where path.hasPrefix(kind.prefix) {
      let parts = path.dropFirst(kind.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
      if kind.isNamespaced, parts.count == 2 {
        self.init(kind, String(parts[0]), String(parts[1]))
        return
      }
      if !kind.isNamespaced, parts.count == 1 {
        self.init(kind, "", String(parts[0]))
        return
      }
    }
    return nil
  }

  /// What kubectl prints: `pod/web`.
  public var text: String { "\(kind.printedName)/\(name)" }

  /// The key in etcd: `/registry/pods/default/web`.
  public var path: String {
    namespace.isEmpty ? "\(kind.prefix)\(name)" : "\(kind.prefix)\(namespace)/\(name)"
  }

  /// `default/web`, or the name alone without a namespace.
  public var qualifiedName: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  // The name differs most often, so it is compared first.
  public static func == (left: ObjectKey, right: ObjectKey) -> Bool {
    left.kind == right.kind && left.name == right.name && left.namespace == right.namespace
  }

  /// The order of a list: kind, then namespace, then name.
  public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    if left.kind != right.kind { return left.kind < right.kind }
    if left.namespace != right.namespace { return left.namespace < right.namespace }
    return left.name < right.name
  }
}

extension ObjectKey: CustomStringConvertible {
  public var description: String { text }
}
