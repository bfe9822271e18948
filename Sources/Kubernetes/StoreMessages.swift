import Clockwork

// What kube-apiserver says to etcd, and what etcd answers.

/// A compare-and-write of one key.
public struct Transaction: Sendable {
  public var id: Int64
  public var key: ObjectKey
  /// The modification revision the key must have; 0 means that it must not exist.
  public var expected: Int64
  /// What to put; nothing deletes the key.
  public var object: Object?

  public init(id: Int64, key: ObjectKey, expected: Int64, object: Object?) {
    self.id = id
    self.key = key
    self.expected = expected
    self.object = object
  }

  public var summary: String { "\(object == nil ? "delete" : "put") \(key.path) if revision \(expected)" }
}

/// etcd's answer to a transaction.
public struct Transacted: Sendable {
  public var id: Int64
  public var key: ObjectKey
  public var succeeded: Bool
  public var revision: Int64
  /// What stands there when the compare failed.
  public var current: Object?
}

/// A read of one key, of every key of a kind, or of everything.
public struct Range: Sendable {
  public var id: Int64
  public var kind: Kind
  /// Empty for all namespaces.
  public var namespace: String
  /// Empty for every key of the kind.
  public var name: String
  public var everything: Bool
  /// The key that kube-apiserver reads to see whether etcd answers; nothing is stored there.
  public var isHealth = false

  public init(id: Int64, kind: Kind, namespace: String = "", name: String = "") {
    self.id = id
    self.kind = kind
    self.namespace = namespace
    self.name = name
    everything = false
  }

  /// Reads the whole store, as a starting kube-apiserver does kind by kind.
  public init(everything id: Int64) {
    self.init(id: id, kind: .namespace)
    everything = true
  }

  /// Reads nothing: only whether somebody answers matters.
  public init(health id: Int64) {
    self.init(id: id, kind: .namespace)
    isHealth = true
  }

  public var prefix: String {
    if isHealth { return "/registry/health" }
    if everything { return "/registry/" }
    if !name.isEmpty { return ObjectKey(kind, namespace, name).path }
    return namespace.isEmpty ? kind.prefix : "\(kind.prefix)\(namespace)/"
  }
}

/// What etcd holds there, and its revision.
public struct Ranged: Sendable {
  public var id: Int64
  public var objects: [Object]
  public var revision: Int64
}

/// One event of etcd's watch.
public struct Commit: Sendable {
  /// What is stored now, or what stood there before a delete.
  public var object: Object
  public var previous: Object?
  public var isDelete: Bool
  public var revision: Int64
}

/// What kube-apiserver does so that etcd does not grow for ever.
public struct Compaction: Sendable {
  /// The key under which kube-apiservers note which of them compacts.
  static let key = "compact_rev_key"

  enum Body: Sendable {
    /// Write the noted revision, if the key has been written `version` times.
    case note(version: Int64, revision: Int64)
    /// Forget everything that was no longer so at a revision.
    case compact(revision: Int64)
  }

  var id: Int64
  var body: Body

  var verb: Verb {
    if case .note = body { return .etcdPut }
    return .compact
  }

  var subject: String {
    if case .compact(let revision) = body { return "revision \(revision)" }
    return Compaction.key
  }

  var summary: String { "\(verb.text) \(subject)" }
}

/// etcd's answer to a note: how often the key has been written, and at which revision etcd is.
public struct Compacted: Sendable {
  var id: Int64
  var succeeded: Bool
  var version: Int64
  var revision: Int64
}
