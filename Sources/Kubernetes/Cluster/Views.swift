import Clockwork

/// Looks into the cluster that are no commands of kubectl, printed as their tools print them.
enum Views {
  static func text(_ view: ScriptLine.View, in simulation: Simulation) -> String {
    switch view {
    case .etcd(let prefix, let keysOnly, let revision): return etcd(prefix, keysOnly, revision, in: simulation)
    case .hops(let number): return simulation.lastLife.text(of: number)
    case .network(let view, let place): return NetworkViews.text(view, place, in: simulation)
    case .containers(let node):
      return look(node, simulation) { NodeView.containers(in: $0, at: $1) } ?? ""
    case .file(let path, let node):
      let missing = "cat: \(path): No such file or directory\n"
      return look(node, simulation) { NodeView.file(path, in: $0, at: $1) } ?? missing
    case .directory(let path, let node):
      let missing = "ls: cannot access '\(path)': No such file or directory\n"
      return look(node, simulation) { NodeView.listing(path, in: $0, at: $1) } ?? missing
    case .log(let container, let node):
      let missing = "could not find container \"\(container)\": ID does not exist\n"
      return look(node, simulation) { NodeView.log(container, in: $0, at: $1) } ?? missing
    }
  }

  private static func etcd(_ prefix: String, _ keysOnly: Bool, _ revision: Int64, in simulation: Simulation) -> String {
    let store = simulation.etcd
    var out = ""
    switch store.listing(prefix: prefix, at: revision > 0 ? revision : store.revision) {
    case .failure(let error): return "Error: \(error.text)\n"
    case .success(let lines):
      for line in lines { out += line.key + "\n" + (keysOnly ? "" : line.object.value.canonical + "\n") }
    }
    return out
  }

  /// Asks the runtime of a node.
  private static func look(
    _ node: String,
    _ simulation: Simulation,
    _ view: (KubeWorld, Address) -> String?
  ) -> String? {
    let world = simulation.world
    for address in world.cells.indices
    where world.role(of: address) == .runtime && world.name(of: address).hasSuffix("@\(node)") {
      return view(world, address)
    }
    return nil
  }
}
