import Clockwork

/// What happened in a cluster before its story begins: an administrator applied the manifests of its add-ons.
enum WarmUp {
  /// How long before the story that was.
  static let time: Time = 120_000

  /// Applies objects with kubectl and lets the cluster come to rest; afterwards it is the moment 0.
  static func apply(_ objects: [Object], file: String, in world: inout KubeWorld) {
    guard let kubectl = world.address(of: "kubectl") else { return }
    let sourced = objects.map { Command.Sourced($0, file: file) }
    let isTelling = world.isTelling
    world.isTelling = false
    world.intervene(
      .tell(.command(Command(line: "apply -f \(file)", namespace: "default", operation: .apply(sourced))), to: kubectl)
    )
    // A world that believes in something false may never come to rest.
    for _ in 0..<100_000 {
      guard let next = world.nextTime(), next <= 0, let action = world.first() else { break }
      _ = world.perform(action)
    }
    world.intervene(.advance(to: 0))
    world.begin()
    world.isTelling = isTelling
  }
}
