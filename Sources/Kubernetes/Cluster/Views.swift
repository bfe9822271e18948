import Clockwork

/// Looks into the cluster that are no commands of kubectl, printed as their tools print them.
enum Views {
  static func text(_ view: ScriptLine.View, in simulation: Simulation) -> String {
    switch view {
    case .etcd(let prefix, let keysOnly):
      var out = ""
      for line in simulation.etcd.listing(prefix: prefix) {
        out += line.key + "\n"
        if !keysOnly, let key = ObjectKey(path: line.key), let object = simulation.object(key) {
          out += object.value.canonical + "\n"
        }
      }
      return out
    case .containers(let node): return containers(node, simulation)
    case .file(let path, let node): return file(path, node, simulation)
    }
  }

  private static func containers(_ node: String, _ simulation: Simulation) -> String {
    let world = simulation.world
    for address in world.cells.indices
    where world.role(of: address) == .runtime && world.name(of: address).hasSuffix("@\(node)") {
      return NodeView.containers(in: world, at: address)
    }
    return ""
  }

  private static func file(_ path: String, _ node: String, _ simulation: Simulation) -> String {
    let world = simulation.world
    for address in world.cells.indices
    where world.role(of: address) == .runtime && world.name(of: address).hasSuffix("@\(node)") {
      if let text = NodeView.file(path, in: world, at: address) { return text }
    }
    return "cat: \(path): No such file or directory\n"
  }
}
