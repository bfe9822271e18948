import Clockwork

/// The ghost of a loop that cleans up: when what it looks after is to go, it deletes what belonged to it.
struct Parent: Ghost {
  typealias Model = Kube

  private let parent: Kind
  private let child: Kind
  private let apiserver: Address
  /// Whose child each object was when it was first seen: the rule knows of no release.
  private var owners: Table<ObjectKey, String> = [:]
  private var waiting: [ObjectKey] = []

  init(of child: Kind, owner parent: Kind, apiserver: Address) {
    self.child = child
    self.parent = parent
    self.apiserver = apiserver
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if case .response(let response) = message, response.id < 0 { return nil }
    guard case .watch(let event) = message else { return message }
    let object = event.object
    if object.kind == child { follow(event) }
    if object.kind == parent, event.type == .deleted || object.metadata.deletionTimestamp != nil {
      for key in owners.keys where owners[key] == object.uid {
        owners.removeValue(for: key)
        waiting.append(key)
      }
    }
    return message
  }

  private mutating func follow(_ event: WatchEvent) {
    let key = event.object.key
    if event.type == .added, let owner = event.object.metadata.controller?.uid { owners[key] = owner }
    if event.type == .deleted {
      owners.removeValue(for: key)
      waiting.removeAll { $0 == key }
    }
  }

  func offers(_ offers: inout KubeOffers) {
    for key in waiting { offers.add("delete", .object(key)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "delete", let place = waiting.firstIndex(where: { action.subject == .object($0) }) else {
      return false
    }
    var request = Request(id: -1, user: "kube-controller-manager", verb: .delete, key: waiting.remove(at: place))
    request.body = .delete(Deletion())
    out.send(.request(request), to: apiserver)
    return true
  }
}
