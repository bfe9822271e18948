import Clockwork
import Kubernetes

/// A run as a Mermaid sequence diagram: an arrow for each message, a note for what a component does alone.
enum Mermaid {
  static func text(_ simulation: Simulation) -> String {
    var body = ""
    var seen: [Address] = []
    func name(_ address: Address) -> String {
      if !seen.contains(address) { seen.append(address) }
      return "p\(address)"
    }
    for position in 0..<simulation.position {
      guard case .step(let step) = simulation.timeline[position] else { continue }
      let action = step.action
      let actor = name(action.actor)
      let label = escaped("\(action.verb.text) \(action.subject)")
      var told: [Address] = []
      for envelope in step.sent where envelope.sender == action.actor && !told.contains(envelope.receiver) {
        told.append(envelope.receiver)
        body += "  \(actor)->>\(name(envelope.receiver)): \(label)\n"
      }
      if told.isEmpty { body += "  Note over \(actor): \(label)\n" }
    }
    // The order of the columns is that of the cluster, whoever acts first.
    let participants = seen.sorted().map { address in
      "  participant p\(address) as \(escaped(simulation.world.name(of: address)))\n"
    }
    return "sequenceDiagram\n" + participants.joined() + body
  }

  /// What would end a line of the diagram is written as an entity.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "#": out += "#35;"
      case ";": out += "#59;"
      case "\n": out += " "
      default: out.append(character)
      }
    }
    return out
  }
}
