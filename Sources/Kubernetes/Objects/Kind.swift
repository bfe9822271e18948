/// A kind of object, with every name that the API, etcd and kubectl have for it.
///
/// To add a kind, append one row to the table and one static member.
public struct Kind: Sendable {
  let index: UInt8

  public static let pod = Kind(index: 0)
  public static let node = Kind(index: 1)
  public static let event = Kind(index: 2)
  public static let namespace = Kind(index: 3)
  public static let serviceAccount = Kind(index: 4)
  public static let configMap = Kind(index: 5)
  public static let secret = Kind(index: 6)
  public static let binding = Kind(index: 7)
  public static let lease = Kind(index: 8)

  private static let table: [Names] = [
    Names(kind: "Pod", plural: "pods", singular: "pod", short: ["po"]),
    Names(kind: "Node", plural: "nodes", singular: "node", short: ["no"], namespaced: false, stored: "minions"),
    Names(kind: "Event", plural: "events", singular: "event", short: ["ev"]),
    Names(kind: "Namespace", plural: "namespaces", singular: "namespace", short: ["ns"], namespaced: false),
    Names(kind: "ServiceAccount", plural: "serviceaccounts", singular: "serviceaccount", short: ["sa"]),
    Names(kind: "ConfigMap", plural: "configmaps", singular: "configmap", short: ["cm"]),
    Names(kind: "Secret", plural: "secrets", singular: "secret"),
    Names(kind: "Binding", plural: "bindings", singular: "binding"),
    Names(kind: "Lease", plural: "leases", singular: "lease", group: "coordination.k8s.io"),
  ]

  /// Every kind, in the order of the table.
  public static var all: [Kind] { table.indices.map { Kind(index: UInt8($0)) } }

  private var names: Names { Kind.table[Int(index)] }

  /// What manifests call the kind: `Pod`.
  public var name: String { names.kind }
  /// Empty for the core group, otherwise such as `coordination.k8s.io`.
  public var group: String { names.group }
  /// The version within the group.
  public var version: String { names.version }
  /// Group and version as manifests write them.
  public var apiVersion: String { names.group.isEmpty ? names.version : "\(names.group)/\(names.version)" }
  /// The name of the resource in URLs: `pods`.
  public var plural: String { names.plural }
  /// The name of one object of the resource: `pod`.
  public var singular: String { names.singular }
  public var shortNames: [String] { names.short }
  public var isNamespaced: Bool { names.namespaced }
  /// What kubectl prints before the slash, with the group unless it is the core one.
  public var printedName: String { names.group.isEmpty ? names.singular : "\(names.singular).\(names.group)" }
  /// The resource with its group, as error messages quote it.
  public var printedResource: String { names.group.isEmpty ? names.plural : "\(names.plural).\(names.group)" }
  /// Where etcd keeps the objects of the kind, such as `/registry/pods/`.
  public var prefix: String { "/registry/\(names.stored)/" }

  /// The kind that a person means by `pods`, `po`, `pod`, `Pod` or `leases.coordination.k8s.io`.
  public static func named(_ text: String) -> Kind? {
    let lower = text.lowercased()
    for kind in all {
      let names = kind.names
      if lower == names.plural || lower == names.singular || lower == kind.printedName || lower == kind.printedResource
        || lower == names.kind.lowercased()
      {
        return kind
      }
      for short in names.short where short == lower { return kind }
    }
    return nil
  }

  /// The kind that a manifest names by its two first fields.
  public static func of(apiVersion: String, kind name: String) -> Kind? {
    for kind in all where kind.name == name && kind.apiVersion == apiVersion { return kind }
    return nil
  }
}

extension Kind: Comparable {
  public static func == (left: Kind, right: Kind) -> Bool { left.index == right.index }
  public static func < (left: Kind, right: Kind) -> Bool { left.index < right.index }
}

extension Kind: CustomStringConvertible {
  public var description: String { name }
}

private struct Names: Sendable {
  var kind: String
  var plural: String
  var singular: String
  var short: [String]
  var namespaced: Bool
  var group: String
  var version: String
  /// The directory in etcd, which is not always the plural.
  var stored: String

  init(
    kind: String,
    plural: String,
    singular: String,
    short: [String] = [],
    namespaced: Bool = true,
    group: String = "",
    version: String = "v1",
    stored: String = ""
  ) {
    self.kind = kind
    self.plural = plural
    self.singular = singular
    self.short = short
    self.namespaced = namespaced
    self.group = group
    self.version = version
    self.stored = stored.isEmpty ? plural : stored
  }
}
