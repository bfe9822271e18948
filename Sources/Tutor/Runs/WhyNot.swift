import Clockwork
import Curriculum
import Kubernetes

/// Why something does not happen now: the obstacle that matters most among those a component names.
public struct WhyNot {
  /// The action that is blocked, in its text form.
  public let action: String
  public let obstacle: Obstacle
  /// The obstacle with who it blocks.
  public let fact: Fact

  init(action: String, actor: String, obstacle: Obstacle) {
    self.action = action
    self.obstacle = obstacle
    var fact = obstacle.fact
    if fact["actor"] == nil { fact.arguments.append(Value.Entry("actor", .string(actor))) }
    self.fact = fact
  }

  /// What blocks a component most: an action that the level shows before one it hides, a real reason before mere time,
  /// what it can do before what it does in the background.
  public static func component(_ actor: String, in simulation: Simulation, level: Lesson.Level) -> WhyNot {
    var here = simulation.withoutPast()
    here.prepare()
    guard let address = here.world.address(of: actor) else {
      return WhyNot(action: actor, actor: actor, obstacle: Obstacle("obstacle.unknown"))
    }
    here = afterOwnHiddenWork(of: address, in: here, level: level)
    var best: (rank: Int, offer: Offer<Kube>, obstacle: Obstacle)? = nil
    for offer in here.world.offers(of: address) {
      guard let obstacle = offer.obstacle else { continue }
      var rank = offer.isBackground ? 8 : 0
      if !(Run.level(of: offer.action, in: here.world) <= level) { rank += 4 }
      if obstacle.due != nil { rank += 2 }
      if let found = best, found.rank <= rank { continue }
      best = (rank, offer, obstacle)
    }
    if let best {
      return WhyNot(action: here.world.text(of: best.offer.action), actor: actor, obstacle: best.obstacle)
    }
    return WhyNot(action: actor, actor: actor, obstacle: Obstacle("obstacle.idle"))
  }

  /// Why an action, in its text form, cannot happen now; nothing where it can.
  public static func action(_ text: String, in simulation: Simulation, level: Lesson.Level) -> WhyNot? {
    var here = simulation.withoutPast()
    here.prepare()
    let actor = String(text.prefix { $0 != " " })
    guard let address = here.world.address(of: actor) else {
      return WhyNot(action: text, actor: actor, obstacle: Obstacle("obstacle.unknown"))
    }
    for offer in here.world.offers(of: address) where here.world.text(of: offer.action) == text {
      return offer.obstacle.map { WhyNot(action: text, actor: actor, obstacle: $0) }
    }
    return component(actor, in: here, level: level)
  }

  /// Lets a component finish what the level hides of it, so that it names what it waits for and not its next errand.
  private static func afterOwnHiddenWork(
    of address: Address,
    in simulation: Simulation,
    level: Lesson.Level
  ) -> Simulation {
    var here = simulation
    for _ in 0..<64 {
      let own = here.enabled().first { action in
        action.actor == address && !(Run.level(of: action, in: here.world) <= level)
      }
      guard let own else { break }
      here.perform(own)
    }
    return here
  }
}
