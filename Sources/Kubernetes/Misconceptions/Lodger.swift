import Clockwork

/// The ghost of a Deployment controller that looks after the Pods too: the other loop's work is done in its name.
struct Lodger: Ghost {
  typealias Model = Kube

  /// The loop that lives here, which nobody can tell from its host.
  private var guest: ReplicaSetController

  /// Its requests are numbered far from those of its host.
  private static let offset: Int64 = 1_000_000_000

  init(_ guest: ReplicaSetController) { self.guest = guest }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    switch message {
    case .response(var response) where response.id > Lodger.offset:
      response.id -= Lodger.offset
      guest.receive(.response(response), from: sender, at: now)
      follow(at: now)
      return nil
    case .refused(let id, let by) where id > Lodger.offset:
      guest.receive(.refused(id: id - Lodger.offset, by: by), from: sender, at: now)
      return nil
    case .watch:
      guest.receive(message, from: sender, at: now)
      follow(at: now)
    case .closed, .leading: guest.receive(message, from: sender, at: now)
    default: break
    }
    return message
  }

  /// What the guest hears it takes in at once: to observe is the host's.
  private mutating func follow(at now: Time) {
    var nothing = KubeOutbox(now: now, actor: 0, isTelling: false)
    for index in guest.client.informers.indices {
      while let event = guest.client.informers[index].next {
        guest.perform(KubeAction(actor: 0, verb: "observe", subject: .object(event.object.key)), &nothing)
      }
    }
  }

  func offers(_ offers: inout KubeOffers) { guest.offers(&offers) }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard isGuests(action) else { return false }
    var said = KubeOutbox(now: out.now, actor: out.actor, isTelling: out.isTelling)
    guest.perform(action, &said)
    for envelope in said.sent {
      guard case .request(var request) = envelope.message else { continue }
      request.id += Lodger.offset
      out.send(.request(request), to: envelope.receiver)
    }
    for fact in said.facts { out.note(fact) }
    return true
  }

  private func isGuests(_ action: KubeAction) -> Bool {
    if action.verb == "list", case .named(let plural) = action.subject {
      return guest.client.informers.contains { $0.kind.plural == plural && $0.phase == .mustList }
    }
    switch action.subject.key?.kind {
    case .pod: return action.verb != "observe"
    case .replicaSet:
      return action.verb == "sync" || action.verb == "report" || action.verb == "record" || action.verb == "read"
    default: return false
    }
  }
}
