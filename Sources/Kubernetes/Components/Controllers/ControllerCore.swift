public import Clockwork

/// What every controller has: a client, a queue of keys, and the writes that its last look at a key decided on.
///
/// A controller only decides (`sync X`); the core then makes its writes one after the other, each an action of
/// its own that waits for the answer to the one before, unless both stand in the same batch.
public struct ControllerCore: Sendable {
  public var client: Client
  public var queue: WorkQueue
  public var recorder: EventRecorder
  /// False until the kube-controller-manager that the loop is part of holds its lease.
  public private(set) var isLeading = true
  private var plans: Table<ObjectKey, Plan> = [:]
  /// The key whose write carries a request number.
  private var asked: Table<Int64, ObjectKey> = [:]

  /// One request that a sync decided on.
  public struct Write: Sendable {
    public var verb: Verb
    /// What the action names; an object without a name yet is named by its prefix.
    public var subject: Kube.Subject
    /// Its number is given when it is sent.
    public var request: Request
    /// Writes of one batch need not wait for each other.
    public var batch: Int64 = 0
    /// For the controller's own use when the answer comes.
    public var tag: String = ""
    /// Said with the step that sends it.
    public var facts: [Fact] = []

    public init(_ verb: Verb, _ subject: Kube.Subject, _ request: Request) {
      self.verb = verb
      self.subject = subject
      self.request = request
    }
  }

  /// The answer to a write, or code 0 when nobody answered.
  public struct Answer: Sendable {
    public var item: ObjectKey
    public var write: Write
    public var response: Response
    public var isSuccess: Bool { response.isSuccess && response.code != 0 }
  }

  /// What an action was, for the controller that goes on with it.
  public enum Deed: Sendable {
    /// Nothing is left to do for the controller.
    case done
    /// An event was taken into the cache.
    case observed(WatchEvent, before: Object?)
    /// The controller has to decide now, and then to call ``plan(_:for:at:)`` or ``conclude(_:at:)``.
    case sync(ObjectKey)
    case other
  }

  private struct Plan: Sendable {
    var writes: [Write] = []
    var sent: Table<Int64, Write> = [:]

    /// Takes out the write that an action names, unless its batch has not come.
    mutating func take(_ action: KubeAction) -> Write? {
      guard let batch = writes.first?.batch else { return nil }
      for place in writes.indices where writes[place].batch == batch {
        if writes[place].verb == action.verb, writes[place].subject == action.subject {
          return writes.remove(at: place)
        }
      }
      return nil
    }
  }

  public init(
    _ name: String,
    apiserver: Address,
    informers: [Informer],
    workers: Int = 5,
    style: EventRecorder.Style = .counted,
    source: String = "",
    process: String = "kube-controller-manager"
  ) {
    let user = process == name ? name : "\(process)/\(name)"
    client = Client(apiserver: apiserver, user: user, informers: informers)
    queue = WorkQueue(workers: workers)
    recorder = EventRecorder(component: source.isEmpty ? name : source, style: style)
  }

  /// The cache of a kind.
  public func informer(_ kind: Kind) -> Informer {
    for informer in client.informers where informer.kind == kind { return informer }
    return Informer(kind)
  }

  public subscript(key: ObjectKey) -> Object? {
    for place in client.informers.indices where client.informers[place].kind == key.kind {
      return client.informers[place][key]
    }
    return nil
  }

  /// Whether nothing of a kind is known.
  func hasNone(_ kind: Kind) -> Bool {
    for place in client.informers.indices where client.informers[place].kind == kind {
      return client.informers[place].cache.isEmpty
    }
    return true
  }

  // MARK: Messages

  /// Takes a message in; the answer to a write is the controller's to judge.
  ///
  /// Whoever gets an answer calls ``proceed(_:at:)``, ``plan(_:for:at:)`` or ``fail(_:at:)``.
  public mutating func receive(_ message: Message, at now: Time) -> [Answer] {
    if case .leading(let leads) = message {
      lead(leads)
      return []
    }
    let isClient = client.receive(message, at: now)
    if isClient { return [] }
    if case .closed(let by) = message, by == client.apiserver {
      recorder.disconnect(at: now)
      return asked.keys.compactMap { lost($0) }
    }
    if recorder.receive(message, at: now) { return [] }
    switch message {
    case .response(let response):
      guard let item = asked.removeValue(for: response.id), let write = take(response.id, item) else { return [] }
      return [Answer(item: item, write: write, response: response)]
    case .refused(let id, _): return lost(id).map { [$0] } ?? []
    default: return []
    }
  }

  private mutating func lost(_ id: Int64) -> Answer? {
    guard let item = asked.removeValue(for: id), let write = take(id, item) else { return nil }
    return Answer(item: item, write: write, response: Response(id: id, code: 0, about: write.request.key))
  }

  private mutating func take(_ id: Int64, _ item: ObjectKey) -> Write? {
    guard plans[item] != nil else { return nil }
    var write: Write?
    plans.update(item, default: Plan()) { write = $0.sent.removeValue(for: id) }
    return write
  }

  public func offers(_ offers: inout KubeOffers) {
    guard isLeading else {
      if offers.want == .all { offers.add("sync", .named("queue"), when: false, else: .notLeading) }
      return
    }
    client.offers(&offers)
    for place in client.informers.indices {
      if let event = client.informers[place].next { offers.add("observe", .object(event.object.key)) }
      if offers.isFull { return }
    }
    if !plans.isEmpty {
      plans.forEach { _, plan in
        if !offers.isFull { offer(plan, &offers) }
      }
    }
    if offers.isFull { return }
    queue.forEachReady { key, time in
      offers.add("sync", .object(key), due: time)
      return !offers.isFull
    }
    recorder.offers(&offers)
    if offers.want == .all, queue.isEmpty, !client.isBehind {
      offers.add("sync", .named("queue"), when: false, else: .noChange)
    }
  }

  private func offer(_ plan: Plan, _ offers: inout KubeOffers) {
    guard let batch = plan.writes.first?.batch else { return }
    var isFree = true
    // What is under way is of one batch: a write of the next waits for all of it.
    if let (_, write) = plan.sent.first, write.batch != batch { isFree = false }
    // Hundreds of equal Pods may be planned: they are compared in their places, not copied.
    var last: Int?
    for place in plan.writes.indices where plan.writes[place].batch == batch {
      let verb = plan.writes[place].verb
      if let last, plan.writes[last].verb == verb, plan.writes[last].subject == plan.writes[place].subject { continue }
      last = place
      offers.add(verb, plan.writes[place].subject, when: isFree, else: .waitsForAnswer)
      if offers.isFull { return }
    }
  }

  /// Does what was offered.
  public mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Deed {
    if client.perform(action, &out) { return .done }
    if action.verb == "observe" { return observe(action) }
    if action.verb == "sync", let key = action.subject.key {
      queue.begin(key)
      return .sync(key)
    }
    if send(action, &out) { return .done }
    return recorder.perform(action, &client, &out) ? .done : .other
  }

  private mutating func observe(_ action: KubeAction) -> Deed {
    for index in client.informers.indices {
      guard let event = client.informers[index].next, .object(event.object.key) == action.subject else { continue }
      guard let (event, before) = client.informers[index].handle() else { continue }
      return .observed(event, before: before)
    }
    return .other
  }

  private mutating func send(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    for item in plans.keys {
      var found: Write?
      // In its place: a plan may hold hundreds of Pods, and each is a step.
      plans.update(item, default: Plan()) { found = $0.take(action) }
      guard var write = found else { continue }
      client.number(&write.request)
      asked[write.request.id] = item
      plans.update(item, default: Plan()) { $0.sent[write.request.id] = write }
      for fact in write.facts { out.note(fact) }
      out.send(.request(write.request), to: client.apiserver)
      return true
    }
    return false
  }

  // MARK: What a controller says

  /// A sync has decided: these writes, or nothing.
  public mutating func plan(_ writes: [Write], for item: ObjectKey, at now: Time) {
    plans.update(item, default: Plan()) { $0.writes += writes }
    proceed(item, at: now)
  }

  /// An answer was good: when it was the last, the sync is over.
  public mutating func proceed(_ item: ObjectKey, at now: Time) {
    guard let plan = plans[item], plan.writes.isEmpty, plan.sent.isEmpty else { return }
    conclude(item)
  }

  /// The sync is over and went well.
  public mutating func conclude(_ item: ObjectKey) {
    plans.removeValue(for: item)
    queue.forget(item)
    queue.end(item)
  }

  /// The sync failed: what is left of its plan is dropped, and the key comes again later.
  public mutating func fail(_ item: ObjectKey, at now: Time) {
    if let plan = plans[item], !plan.sent.isEmpty {
      plans[item]?.writes = []
      // The other writes of the batch are still under way: their last answer ends the sync.
      queue.retry(item, at: now)
      return
    }
    plans.removeValue(for: item)
    if queue.isWorking(item) { queue.end(item) }
    queue.retry(item, at: now)
  }

  /// Whether the answer that just came was the last that the plan of a key waits for.
  public func isLast(of item: ObjectKey) -> Bool {
    guard let plan = plans[item] else { return true }
    return plan.writes.isEmpty && plan.sent.isEmpty
  }

  /// Whether writes of a key are planned or under way.
  public func isBusy(with item: ObjectKey) -> Bool { plans[item] != nil }

  // MARK: The process

  private mutating func lead(_ leads: Bool) {
    if leads, !isLeading { client.restart() }
    isLeading = leads
    if !leads { forgetAll() }
  }

  /// A new process knows nothing, and does nothing before its manager holds the lease.
  ///
  /// One that is part of no manager works at once.
  public mutating func restart(leading: Bool = false) {
    forgetAll()
    client.restart()
    isLeading = leading
  }

  /// Takes every event into the cache without a step: for those who look by the clock.
  mutating func absorbAll() {
    absorb { _, _, _ in true }
  }

  private mutating func forgetAll() {
    queue.removeAll()
    recorder.restart()
    plans = [:]
    asked = [:]
  }

  public var state: Value {
    var planned: [Value.Entry] = []
    plans.forEach { key, plan in
      var writes: [Value] = []
      plan.sent.forEach { _, write in writes.append(.string("\(write.request.summary) sent")) }
      for write in plan.writes { writes.append(.string(write.request.summary)) }
      planned.append(Value.Entry(key.text, .list(writes)))
    }
    return .map(
      ("leading", .bool(isLeading)),
      ("queue", queue.state),
      ("writes", .map(planned)),
      ("events", recorder.state),
      ("informers", client.state)
    )
  }
}

extension Obstacle {
  fileprivate static var notLeading: Obstacle { Obstacle("obstacle.controller.not-leading") }
  fileprivate static var noChange: Obstacle { Obstacle("obstacle.controller.no-change") }
  fileprivate static var waitsForAnswer: Obstacle { Obstacle("obstacle.controller.waits-for-answer") }
}
