public import Clockwork

/// A client's view of one kind: a list, then a watch, kept in a cache of its own.
///
/// The cache holds what this client was told, so it can be behind; that is what makes a race possible.
public struct Informer: Sendable {
  /// What the client has to do to keep its cache.
  public enum Phase: Equatable, Sendable {
    /// Ask for a list: at the start, and after a lost connection.
    case mustList
    case listing(request: Int64)
    case watching
  }

  public let kind: Kind
  public let selector: WatchSelector
  public private(set) var phase: Phase
  public private(set) var cache: Table<ObjectKey, Object> = [:]
  /// Keys in the order in which they were first seen: no rule may depend on the alphabet.
  public private(set) var order: [ObjectKey] = []
  public private(set) var revision: Int64 = 0
  private var waiting: [WatchEvent] = []

  public init(_ kind: Kind, _ selector: WatchSelector = .all) {
    self.kind = kind
    self.selector = selector
    phase = .mustList
  }

  /// Begins with what the cluster held when the client's watch was opened.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    for object in objects where selector.matches(object) { store(object) }
    self.revision = revision
    phase = .watching
  }

  public subscript(key: ObjectKey) -> Object? { cache[key] }

  /// Everything known, in the order of first sight.
  public var objects: [Object] { order.compactMap { cache[$0] } }

  /// The next event to be handled.
  public var next: WatchEvent? { waiting.first }

  public var isBehind: Bool { !waiting.isEmpty }

  /// Takes a watch event in; true when it is one of this informer's.
  public mutating func receive(_ event: WatchEvent) -> Bool {
    guard event.object.key.kind == kind, phase == .watching else { return false }
    waiting.append(event)
    return true
  }

  /// Handles the next event: the cache follows it.
  ///
  /// Returns what was known before.
  public mutating func handle() -> (event: WatchEvent, before: Object?)? {
    guard !waiting.isEmpty else { return nil }
    let event = waiting.removeFirst()
    let before = cache[event.object.key]
    if event.type == .deleted { forget(event.object.key) } else { store(event.object) }
    revision = max(revision, event.revision)
    return (event, before)
  }

  /// Everything is forgotten but the cache, which is stale until a new list arrives.
  public mutating func disconnect() {
    phase = .mustList
    waiting = []
  }

  public mutating func beginList(request: Int64) { phase = .listing(request: request) }

  /// Takes the answer of a list: what changed meanwhile becomes events.
  ///
  /// True when the answer was for this informer.
  public mutating func finishList(_ response: Response) -> Bool {
    guard case .listing(let request) = phase, request == response.id else { return false }
    guard response.isSuccess else {
      phase = .mustList
      return true
    }
    phase = .watching
    var listed: Table<ObjectKey, Bool> = [:]
    for object in response.objects {
      listed[object.key] = true
      if cache[object.key] == object { continue }
      let type: WatchEvent.Change = cache[object.key] == nil ? .added : .modified
      waiting.append(WatchEvent(type: type, object: object, revision: response.revision))
    }
    for key in order where listed[key] == nil {
      if let object = cache[key] {
        waiting.append(WatchEvent(type: .deleted, object: object, revision: response.revision))
      }
    }
    return true
  }

  private mutating func store(_ object: Object) {
    if cache[object.key] == nil { order.append(object.key) }
    cache[object.key] = object
  }

  private mutating func forget(_ key: ObjectKey) {
    guard cache.removeValue(for: key) != nil else { return }
    order.removeAll { $0 == key }
  }

  /// The cache and what waits, for screens and digests.
  public var state: Value {
    let held = order.map { key in
      Value.Entry(key.text, .integer(cache[key]?.resourceVersion ?? 0))
    }
    let queue = waiting.map { Value.string("\($0.type.rawValue) \($0.object.key.text)") }
    return .map(("cache", .map(held)), ("waiting", .list(queue)), ("watching", .bool(phase == .watching)))
  }
}
