import Clockwork

/// Writes a component's Events: the first of a kind is posted, the same again only raises a count.
///
/// Events are sent by a loop of their own, one after the other, so they can come later than what they tell of.
public struct EventRecorder: Sendable {
  /// How Events look: with counts (kubelet), or with a series (kube-scheduler, events.k8s.io).
  public enum Style: Equatable, Sendable {
    case counted
    case series
  }

  /// Something to tell.
  public struct Note: Equatable, Sendable {
    public var type: String
    public var reason: String
    public var message: String
    public var about: ObjectReference
    /// What a component did, such as `Binding`; only in the series style.
    public var action: String

    public init(_ type: String, _ reason: String, _ message: String, about: ObjectReference, action: String = "") {
      self.type = type
      self.reason = reason
      self.message = message
      self.about = about
      self.action = action
    }

    /// What makes two Events the same.
    fileprivate var identity: String {
      var text = ""
      text.reserveCapacity(message.utf8.count + 160)
      text += object
      text += "/"
      text += about.fieldPath
      for part in [type, reason, message] {
        text += "\u{1f}"
        text += part
      }
      return text
    }

    /// Whose Event it is; a uid is nobody else's.
    fileprivate var object: String {
      about.uid.isEmpty ? "\(about.kind)/\(about.namespace)/\(about.name)" : about.uid
    }

    fileprivate var subject: Kube.Subject {
      guard let kind = Kind.named(about.kind) else { return .named(about.name) }
      return .object(ObjectKey(kind, about.namespace, about.name))
    }
  }

  private struct Known: Equatable, Sendable {
    var key: ObjectKey
    var count: Int64
  }

  private struct Item: Sendable {
    var note: Note
    // Both are worked out once: whoever asks what comes next looks at the head of the queue.
    let identity: String
    let subject: Kube.Subject
    var time: Time
    var count: Int64
    var known: ObjectKey?
    var tries = 0
  }

  /// Events of one object beyond the first 25 are dropped, but for one in five minutes (client-go: EventSourceObjectSpamFilter).
  private struct Bucket: Equatable, Sendable {
    var tokens: Int64 = 25 * 300_000
    var filled: Time = 0
  }

  private let source: EventSource
  private let style: Style
  private let instance: String
  private var known: Table<String, Known> = [:]
  private var buckets: Table<String, Bucket> = [:]
  private var queue = Queue<Item>()
  private var request: Int64?
  private var retryAt: Time = 0
  private var serial: Int64 = 0

  /// client-go: maxTriesPerEvent and the sleep between tries.
  private static let tries = 12
  private static let pause: Time = 10_000

  public init(component: String, host: String = "", style: Style = .counted) {
    source = EventSource(component: component, host: host)
    self.style = style
    instance = host.isEmpty ? component : "\(component)-\(host)"
  }

  public var isEmpty: Bool { queue.isEmpty }

  /// Notes an Event; it leaves with a later step.
  public mutating func record(_ note: Note, at now: Time) {
    let identity = note.identity
    let before = known[identity]
    let count = (before?.count ?? 0) + 1
    let key = before?.key
    if count > 1, style == .series, count > 2 {
      // A running series is only written every few minutes.
      known[identity]?.count = count
      return
    }
    let isAllowed = style == .series || spend(note.object, now)
    let name = key ?? newKey(note, now)
    known[identity] = Known(key: name, count: count)
    if !isAllowed { return }
    queue.append(
      Item(note: note, identity: identity, subject: note.subject, time: now, count: count, known: key)
    )
  }

  private mutating func newKey(_ note: Note, _ now: Time) -> ObjectKey {
    serial += 1
    let nanoseconds = (Calendar.epoch * 1000 + now) * 1_000_000 + serial
    let stamp = Digest.hexadecimal(UInt64(bitPattern: nanoseconds), digits: 16)
    let namespace = note.about.namespace.isEmpty ? "default" : note.about.namespace
    return ObjectKey(.event, namespace, "\(note.about.name).\(stamp)")
  }

  private mutating func spend(_ object: String, _ now: Time) -> Bool {
    var bucket = buckets[object] ?? Bucket()
    bucket.tokens = min(25 * 300_000, bucket.tokens + now - bucket.filled)
    bucket.filled = now
    let isAllowed = bucket.tokens >= 300_000
    if isAllowed { bucket.tokens -= 300_000 }
    buckets[object] = bucket
    return isAllowed
  }

  /// Takes the answer to an Event.
  ///
  /// False when the message is about something else.
  public mutating func receive(_ message: Message, at now: Time) -> Bool {
    switch message {
    case .response(let response):
      guard response.id == request else { return false }
      request = nil
      guard let item = queue.first else { return true }
      if response.code == 404, item.known != nil {
        // The Event has expired: it is told anew.
        queue[0].known = nil
        return true
      }
      if response.code >= 500 { retry(at: now) } else { queue.popFirst() }
      return true
    case .refused(let id, _):
      guard id == request else { return false }
      request = nil
      retry(at: now)
      return true
    default: return false
    }
  }

  /// The connection is gone, and the answer with it.
  public mutating func disconnect(at now: Time) {
    guard request != nil else { return }
    request = nil
    retry(at: now)
  }

  private mutating func retry(at now: Time) {
    guard !queue.isEmpty else { return }
    queue[0].tries += 1
    if queue[0].tries >= EventRecorder.tries { queue.popFirst() }
    retryAt = now + EventRecorder.pause
  }

  public func offers(_ offers: inout KubeOffers) {
    guard let item = queue.first else { return }
    offers.add("record", item.subject, when: request == nil, due: retryAt, else: Obstacle("obstacle.event.sent"))
  }

  /// Sends the next Event.
  ///
  /// False when the action is another one.
  public mutating func perform(_ action: KubeAction, _ client: inout Client, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "record", let item = queue.first, item.subject == action.subject else { return false }
    var asked: Request
    if let key = item.known {
      asked = client.request(.patch, key)
      asked.body = .patch(.strategic, change(item))
    } else if let key = known[item.identity]?.key {
      asked = client.request(.create, key)
      asked.body = .object(Object(event: event(item, key)))
    } else {
      queue.popFirst()
      return true
    }
    request = asked.id
    out.note(Fact("fact.event", ("reason", .string(item.note.reason)), ("message", .string(item.note.message))))
    out.send(.request(asked), to: client.apiserver)
    return true
  }

  /// A restarted process counts from one again.
  public mutating func restart() {
    known.removeAll()
    buckets.removeAll()
    queue.removeAll()
    request = nil
    retryAt = 0
  }

  public var state: Value {
    .list(queue.elements.map { .string("\($0.note.reason) \($0.note.about.name) x\($0.count)") })
  }

  private func event(_ item: Item, _ key: ObjectKey) -> Event {
    var event = Event()
    event.metadata = ObjectMeta(name: key.name, namespace: key.namespace)
    event.type = item.note.type
    event.reason = item.note.reason
    event.message = item.note.message
    event.involvedObject = item.note.about
    switch style {
    case .counted:
      event.count = item.count
      event.firstTimestamp = Timestamp(item.time)
      event.lastTimestamp = Timestamp(item.time)
      event.source = source
    case .series:
      event.action = item.note.action
      event.eventTime = MicroTime(item.time)
      event.reportingComponent = source.component
      event.reportingInstance = instance
    }
    return event
  }

  private func change(_ item: Item) -> Value {
    switch style {
    case .counted:
      .map(("count", .integer(item.count)), ("lastTimestamp", .string(Timestamp(item.time).text)))
    case .series:
      .map(
        (
          "series",
          .map(("count", .integer(item.count)), ("lastObservedTime", .string(MicroTime(item.time).text)))
        )
      )
    }
  }
}
