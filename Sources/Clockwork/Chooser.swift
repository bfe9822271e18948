/// Picks the next action among those that are enabled.
public protocol Chooser {
  associatedtype Model: Domain
  /// The action to take in this world, or nothing to stop. It must be enabled.
  mutating func next(in world: World<Model>) -> Action<Model>?
}

/// Always the first in canonical order.
public struct Canonical<D: Domain>: Chooser {
  public var background: Bool

  public init(background: Bool = false) { self.background = background }

  public func next(in world: World<D>) -> Action<D>? { world.first(background: background) }
}

/// Any enabled action, drawn from a seed: another legal order of the same world.
public struct Seeded<D: Domain>: Chooser {
  private var random: Random

  public init(seed: UInt64) { random = Random(seed: seed) }

  public mutating func next(in world: World<D>) -> Action<D>? {
    let enabled = world.enabled()
    return enabled.isEmpty ? nil : enabled[random.next(below: enabled.count)]
  }
}

/// A departure from the canonical order: at which step, and what was done instead.
public struct Choice: Equatable, Sendable, CustomStringConvertible {
  /// The number of steps before it; nothing where it was written without, meaning as soon as it can be.
  public var step: Int?
  public var action: String

  public init(step: Int?, action: String) {
    self.step = step
    self.action = action
  }

  /// Reads `12 kube-scheduler bind pod/web`, or the action alone.
  public init(_ text: String) {
    var digits = ""
    var rest = text[...]
    while let character = rest.first, character.isASCII, character.isNumber {
      digits.append(character)
      rest = rest.dropFirst()
    }
    if let number = Int(digits), rest.first == " " {
      step = number
      action = String(rest.dropFirst())
    } else {
      step = nil
      action = text
    }
  }

  public var description: String {
    if let step { return "\(step) \(action)" }
    return action
  }
}

/// Follows recorded departures and is canonical everywhere else.
public struct Scripted<D: Domain>: Chooser {
  public private(set) var remaining: [Choice]

  public init(_ choices: [Choice]) { remaining = choices }

  public mutating func next(in world: World<D>) -> Action<D>? {
    // A choice whose step has passed must not stand in the way of those behind it.
    while let step = remaining.first?.step, step < world.stepCount { remaining.removeFirst() }
    let canonical = world.first()
    guard let choice = remaining.first else { return canonical }
    guard let step = choice.step else {
      guard let canonical, world.text(of: canonical) != choice.action else { return canonical }
      return take(choice, among: world.enabled(), in: world) ?? canonical
    }
    if step != world.stepCount { return canonical }
    // While a script lets time pass, periodic work can have been what was done.
    return take(choice, among: world.enabled(), in: world)
      ?? take(choice, among: world.enabled(background: true), in: world) ?? canonical
  }

  private mutating func take(_ choice: Choice, among actions: [Action<D>], in world: World<D>) -> Action<D>? {
    for action in actions where world.text(of: action) == choice.action {
      remaining.removeFirst()
      return action
    }
    return nil
  }
}

/// Takes what a person picked, once, and is canonical otherwise.
public struct Learner<D: Domain>: Chooser {
  public var pick: Action<D>?

  public init(pick: Action<D>? = nil) { self.pick = pick }

  public mutating func next(in world: World<D>) -> Action<D>? {
    if let picked = pick {
      pick = nil
      if world.isEnabled(picked) { return picked }
    }
    return world.first()
  }
}
