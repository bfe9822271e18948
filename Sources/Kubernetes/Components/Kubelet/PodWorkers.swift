import Clockwork

/// The workers of a kubelet, in the order in which their Pods came, each with the moment when it can next do something.
///
/// A node has a hundred Pods and at most steps one or two can act: the others are not even looked at.
struct PodWorkers: Sendable {
  /// What stands in the way of more than one worker.
  struct Surroundings: Equatable, Sendable {
    var hasLooked = true
    var isLookKnown = true
  }

  private struct Slot: Sendable {
    let serial: Int64
    let uid: String
    let key: ObjectKey
    var box: Box
    var isPulling = false
    /// Whether its moment hangs on what the other workers do.
    var isEntangled = true
  }

  /// Copied on write, so that a snapshot of a kubelet copies only the worker that changes.
  private final class Box: @unchecked Sendable {
    var worker: PodWorker

    init(_ worker: PodWorker) { self.worker = worker }
  }

  private var places: Table<String, Int64> = [:]
  private var slots: [Slot] = []
  private var moments: [Moment] = []
  private var lastSerial: Int64 = 0
  private var changed: [Int64] = []
  private var surroundings = Surroundings()
  /// How many workers have asked the runtime for an image.
  private var pulls: Int = 0

  var isEmpty: Bool { slots.isEmpty }

  /// Uids in the order in which the Pods came.
  var order: [String] { slots.map { $0.uid } }

  subscript(uid: String) -> PodWorker? {
    guard let place = place(uid) else { return nil }
    return slots[place].box.worker
  }

  func contains(_ uid: String) -> Bool { places[uid] != nil }

  /// The first worker that a test accepts.
  func first(where isWanted: (PodWorker) -> Bool) -> PodWorker? {
    for slot in slots where isWanted(slot.box.worker) { return slot.box.worker }
    return nil
  }

  func forEach(_ body: (PodWorker) -> Void) {
    for slot in slots { body(slot.box.worker) }
  }

  /// Visits every worker in its box, which nobody may change: a worker is large, and most visitors want a field or two.
  func look(_ body: (inout PodWorker) -> Void) {
    for place in slots.indices { body(&slots[place].box.worker) }
  }

  /// Looks at one worker in its box.
  func look<Answer>(at place: Int, _ body: (inout PodWorker) -> Answer) -> Answer {
    body(&slots[place].box.worker)
  }

  mutating func append(_ worker: PodWorker) {
    lastSerial += 1
    places[worker.uid] = lastSerial
    slots.append(Slot(serial: lastSerial, uid: worker.uid, key: worker.key, box: Box(worker)))
    moments.append(Moment())
    changed.append(lastSerial)
  }

  /// Changes a worker in place; does nothing when there is none.
  mutating func change(_ uid: String, _ body: (inout PodWorker) -> Void) {
    guard let place = place(uid) else { return }
    if !isKnownUniquelyReferenced(&slots[place].box) { slots[place].box = Box(slots[place].box.worker) }
    body(&slots[place].box.worker)
    if changed.last != slots[place].serial { changed.append(slots[place].serial) }
  }

  /// Puts a worker in the place of the one with the same uid; does nothing when there is none.
  mutating func replace(_ worker: PodWorker) {
    guard let place = place(worker.uid) else { return }
    if isKnownUniquelyReferenced(&slots[place].box) {
      slots[place].box.worker = worker
    } else {
      slots[place].box = Box(worker)
    }
    if changed.last != slots[place].serial { changed.append(slots[place].serial) }
  }

  mutating func remove(_ uid: String) {
    guard let place = place(uid) else { return }
    places[uid] = nil
    if slots[place].isPulling { pulls -= 1 }
    slots.remove(at: place)
    moments.remove(at: place)
    touchEntangled()
  }

  mutating func removeAll() {
    places = [:]
    slots = []
    moments = []
    changed = []
    pulls = 0
  }

  private func place(_ uid: String) -> Int? {
    guard let serial = places[uid] else { return nil }
    return place(serial)
  }

  private func place(_ serial: Int64) -> Int? {
    var low = 0
    var high = slots.count
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].serial < serial { low = middle + 1 } else { high = middle }
    }
    return low < slots.count && slots[low].serial == serial ? low : nil
  }

  // MARK: Moments

  /// Images are pulled one at a time on a node (serializeImagePulls).
  var isPulling: Bool { pulls > 0 }

  /// The Pod of the same name that came first, as long as it is here.
  func oldest(_ key: ObjectKey) -> String? {
    for slot in slots where slot.key == key { return slot.uid }
    return nil
  }

  /// The places of the workers whose moment has to be worked out anew.
  mutating func takeChanged(_ now: Surroundings) -> [Int] {
    if surroundings != now {
      surroundings = now
      changed = slots.map { $0.serial }
    }
    if changed.isEmpty { return [] }
    let werePulling = isPulling
    for serial in changed { weigh(serial) }
    if werePulling != isPulling { touchEntangled() }
    let places = changed.compactMap { place($0) }
    changed.removeAll(keepingCapacity: true)
    return places
  }

  /// Notes when the worker at a place can next do something.
  mutating func set(_ moment: Moment, at place: Int) { moments[place] = moment }

  private mutating func weigh(_ serial: Int64) {
    guard let place = place(serial) else { return }
    let (pulls, isEntangled) = look(at: place) { worker in
      let pulls = worker.calls.contains { $0.work.isPull }
      return (pulls, worker.life == .new || worker.plan.first?.isPull ?? false)
    }
    if pulls != slots[place].isPulling {
      slots[place].isPulling = pulls
      self.pulls += pulls ? 1 : -1
    }
    slots[place].isEntangled = isEntangled
  }

  private mutating func touchEntangled() {
    for slot in slots where slot.isEntangled { changed.append(slot.serial) }
  }

  /// Visits the workers that can do something, until there is no need for more; the others only say when they can.
  func offer(_ offers: inout KubeOffers, _ body: (inout PodWorker, inout KubeOffers) -> Void) {
    for place in slots.indices {
      if offers.want == .all || moments[place].hasCome(at: offers.now) {
        body(&slots[place].box.worker, &offers)
        if offers.isFull { return }
      } else {
        offers.expect(moments[place])
      }
    }
  }

  /// The uids of the workers that can do something now, and that an action may be about.
  func due(at now: Time, _ action: KubeAction) -> [String] {
    var uids: [String] = []
    for place in slots.indices where moments[place].hasCome(at: now) {
      if case .object(let key) = action.subject, key != slots[place].key { continue }
      uids.append(slots[place].uid)
    }
    return uids
  }
}
