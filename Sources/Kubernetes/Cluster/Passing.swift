public import Clockwork

// What searches need of a simulation: they go on from copies, never back.
extension Simulation {
  /// Does an enabled action and keeps no way back.
  public mutating func pass(_ action: KubeAction) -> KubeStep {
    var world = timeline.world
    let step = world.perform(action)
    timeline = Timeline(world, budget: 2)
    cursors = [cursor]
    return step
  }

  /// How many lines of the script have been begun.
  public var linesBegun: Int { cursor.line }

  /// Whether a line waits for an object that may still come, and that no placeholder can name before.
  func isNameless(_ text: String) -> Bool {
    text.hasPrefix("until ") && world.nextTime() != nil && expanded(text) == nil
  }
}
