import Clockwork

// What a script does to a cluster from outside, and how long it waits for what comes of it.
extension Simulation {
  /// Lays one of the interventions of a line, unless somebody went back to behind it.
  mutating func lay(_ intervention: Intervention<Kube>) {
    if cursor.laid > 0 { cursor.laid -= 1 } else { intervene(intervention) }
  }

  /// Notes where the script stands, after a line or a wait that began at a position.
  ///
  /// Whoever goes back to before an intervention finds its line not begun, or begun as far as it was.
  mutating func note(_ before: Cursor, from start: Int) {
    cursor.laid = 0
    for passed in start..<position {
      cursors[passed] = before
      cursors[passed].laid += passed - start
    }
    cursors[position] = cursor
  }

  mutating func send(_ line: SendLine, _ numbered: NumberedLine) {
    cursor.visits += 1
    guard let (order, kernel) = NetworkViews.order(line, number: cursor.visits, in: self) else {
      let fact = Fact("script.send.nobody", ("text", .string(line.text)), ("client", .string(line.client)))
      cursor.problems.append(ScriptProblem(line: numbered.number, column: 1, fact: fact))
      return
    }
    cursor.wait = .visit(kernel, number: order.number)
    lay(.tell(.visit(order), to: kernel))
  }

  /// Somebody logs in to the node of a Pod and kills a process there.
  mutating func kill(_ pod: String, _ container: String, _ numbered: NumberedLine) {
    let key = ObjectKey(.pod, "default", pod)
    let node = object(key)?.pod?.spec.nodeName ?? ""
    for address in runtimes(node) where !node.isEmpty {
      guard let id = NodeView.running(container == "pause" ? "" : container, of: key, in: world, at: address) else {
        continue
      }
      let stop = RuntimeCall.Operation.stopContainer(id: id, graceSeconds: 0)
      lay(.tell(.runtime(RuntimeCall(id: 0, pod: key, uid: "", operation: stop)), to: address))
      return
    }
    let text = "\(pod)/\(container)"
    let fact = Fact("script.placeholder.nothing", ("text", .string(text)))
    cursor.problems.append(ScriptProblem(line: numbered.number, column: 1, fact: fact))
  }

  func runtimes(_ node: String) -> [Address] {
    world.cells.indices.filter { address in
      world.role(of: address) == .runtime && (node.isEmpty || world.name(of: address).hasSuffix("@\(node)"))
    }
  }

  /// What becomes of a node whose kubelet is silent shows only after heartbeats have failed to come for a while.
  func isPatient(_ goal: Goal, _ limit: Time) -> Bool {
    guard goal.kind == .node, let next = world.nextTime(background: true), next <= limit else { return false }
    // A node that waits for its range of addresses is looked at by its kubelet with the other periodic work.
    let status = goal.key.flatMap { object($0) }?.node?.status[condition: "Ready"]?.status
    return status == "False" || world.cells.indices.contains { world.isStopped($0) }
  }

  /// Whether a component writes its clock into a lease.
  private func holdsLease(_ address: Address) -> Bool {
    world.role(of: address) == .kubelet || world.component(address, as: KubeControllerManager.self) != nil
  }

  /// Names that the script uses and this cluster does not have, found before anything runs.
  public func check() -> [ScriptProblem] {
    var problems: [ScriptProblem] = []
    for numbered in script {
      var names: [String] = []
      switch numbered.line {
      case .stop(let name), .start(let name), .slow(let name, _): names = [name]
      case .skew(let name, _):
        names = [name]
        guard let address = world.address(of: name), !holdsLease(address) else { break }
        let holders = world.cells.indices.filter { holdsLease($0) }.map { world.name(of: $0) }
        let fact = Fact(
          "script.skew-who",
          ("name", .string(name)),
          ("known", .string(holders.joined(separator: ", ")))
        )
        problems.append(ScriptProblem(line: numbered.number, column: 1, fact: fact))
      case .cut(let one, let other), .mend(let one, let other): names = [one, other]
      default: break
      }
      if names.count == 2, nodes(names[0], names[1]) != nil { continue }
      for name in names where world.address(of: name) == nil && Roster.members(of: name, in: world).isEmpty {
        problems.append(Roster.unknown(name, line: numbered.number, in: world))
      }
    }
    return problems
  }
}
