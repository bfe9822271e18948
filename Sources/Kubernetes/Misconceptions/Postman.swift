import Clockwork

/// The ghost of a kube-apiserver that brings what some of its clients have to know: they have no watch, and ask for nothing.
struct Postman: Ghost {
  typealias Model = Kube

  private struct Letter: Sendable {
    var event: WatchEvent
    var receiver: Address
  }

  private let kind: Kind
  private let receivers: [Address]
  /// By object, in the order in which they came.
  private var letters: [Letter] = []

  init(bringing kind: Kind, to receivers: [Address]) {
    self.kind = kind
    self.receivers = receivers
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    guard receivers.contains(receiver) else { return [(message, receiver)] }
    switch message {
    case .watch(let event) where event.object.kind == kind:
      letters.append(Letter(event: event, receiver: receiver))
      return []
    case .response(var response) where response.about.kind == kind:
      // Whoever comes late has missed what was brought.
      response.objects = []
      return [(.response(response), receiver)]
    default: return [(message, receiver)]
    }
  }

  func offers(_ offers: inout KubeOffers) {
    if let letter = letters.first { offers.add("push", .object(letter.event.object.key)) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == "push", let first = letters.first else { return false }
    let isMeant = { (letter: Letter) in
      letter.event.object.key == first.event.object.key && letter.event.revision == first.event.revision
    }
    for letter in letters where isMeant(letter) { out.send(.watch(letter.event), to: letter.receiver) }
    letters.removeAll(where: isMeant)
    return true
  }
}
