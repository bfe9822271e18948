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
    /// Go on watching from the last revision heard of: after a connection that fell silent.
    case mustResume
    case resuming(request: Int64)
  }

  public let kind: Kind
  public let selector: WatchSelector
  public private(set) var phase: Phase
  public private(set) var cache: Table<ObjectKey, Object> = [:]
  /// Keys in the order in which they were first seen: no rule may depend on the alphabet.
  public var order: [ObjectKey] { sequence.values }
  public private(set) var revision: Int64 = 0
  /// The revision of the last thing heard, handled or not: the reflector's lastSyncResourceVersion.
  public private(set) var heard: Int64 = 0
  /// The request that opened the watch, where it goes on from a revision.
  private var resumed: Int64 = 0
  private var sequence: Table<Int64, ObjectKey> = [:]
  private var numbers: Table<ObjectKey, Int64> = [:]
  private var lastNumber: Int64 = 0
  private var waiting = Queue<WatchEvent>()

  public init(_ kind: Kind, _ selector: WatchSelector = .all) {
    self.kind = kind
    self.selector = selector
    phase = .mustList
  }

  /// Begins with what the cluster held when the client's watch was opened.
  public mutating func seed(_ objects: [Object], revision: Int64) {
    for object in objects where selector.matches(object) { store(object) }
    self.revision = revision
    heard = revision
    phase = .watching
  }

  public subscript(key: ObjectKey) -> Object? { cache[key] }

  /// Everything known, in the order of first sight.
  public var objects: [Object] {
    var out: [Object] = []
    out.reserveCapacity(cache.count)
    sequence.forEach { _, key in if let object = cache[key] { out.append(object) } }
    return out
  }

  /// The next event to be handled.
  public var next: WatchEvent? { waiting.first }

  public var isBehind: Bool { !waiting.isEmpty }

  /// Takes a watch event in; true when it is one of this informer's.
  public mutating func receive(_ event: WatchEvent) -> Bool {
    guard event.object.kind == kind, phase == .watching else { return false }
    waiting.append(event)
    heard = max(heard, event.revision)
    return true
  }

  /// Takes in how far the watch is; true when it is this informer's.
  public mutating func receive(_ mark: WatchBookmark) -> Bool {
    guard mark.kind == kind, phase == .watching else { return false }
    heard = max(heard, mark.revision)
    return true
  }

  /// The watch cannot go on: what has been missed is found by comparing a new list with the cache.
  public mutating func receive(_ error: WatchError) -> Bool {
    guard phase == .watching, resumed == error.id else { return false }
    phase = .mustList
    return true
  }

  /// The connection is given up; what has been heard counts.
  public mutating func lose() {
    switch phase {
    case .watching, .resuming: phase = .mustResume
    case .listing: phase = .mustList
    case .mustList, .mustResume: break
    }
  }

  public mutating func beginResume(request: Int64) {
    phase = .resuming(request: request)
    resumed = request
  }

  /// Takes the answer to a watch that goes on; true when it was for this informer.
  public mutating func finishResume(_ response: Response) -> Bool {
    guard phase == .resuming(request: response.id) else { return false }
    phase = response.isSuccess ? .watching : .mustResume
    return true
  }

  /// Handles the next event: the cache follows it.
  ///
  /// Returns what was known before.
  public mutating func handle() -> (event: WatchEvent, before: Object?)? {
    guard let event = waiting.popFirst() else { return nil }
    let before = event.type == .deleted ? forget(event.object.key) : store(event.object)
    revision = max(revision, event.revision)
    return (event, before)
  }

  /// Everything is forgotten but the cache, which is stale until a new list arrives.
  public mutating func disconnect() {
    phase = .mustList
    waiting.removeAll()
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
    heard = response.revision
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

  @discardableResult
  private mutating func store(_ object: Object) -> Object? {
    let key = object.key
    if let before = cache.updateValue(object, for: key) { return before }
    lastNumber += 1
    sequence[lastNumber] = key
    numbers[key] = lastNumber
    return nil
  }

  private mutating func forget(_ key: ObjectKey) -> Object? {
    guard let before = cache.removeValue(for: key) else { return nil }
    if let number = numbers.removeValue(for: key) { sequence.removeValue(for: number) }
    return before
  }

  /// The cache and what waits, for screens and digests.
  public var state: Value {
    let held = order.map { key in
      Value.Entry(key.text, .integer(cache[key]?.resourceVersion ?? 0))
    }
    let queue = waiting.elements.map { Value.string("\($0.type.rawValue) \($0.object.key.text)") }
    return .map(("cache", .map(held)), ("waiting", .list(queue)), ("watching", .bool(phase == .watching)))
  }
}
