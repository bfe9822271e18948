import Clockwork

// Links that somebody breaks and mends, and nodes that no packet passes between.
extension Simulation {
  /// Sets a link down or up again; the card of a machine loses its cable instead, and with it the control plane.
  mutating func setLink(_ device: String, _ place: String, isUp: Bool, _ numbered: NumberedLine) {
    guard let (kernel, space) = NetworkViews.space(place, in: self), let link = space[link: device],
      let address = world.address(of: kernel.name)
    else {
      let fact = Fact("script.no-link", ("device", .string(device)), ("place", .string(place)))
      cursor.problems.append(ScriptProblem(line: numbered.number, column: 1, fact: fact))
      return
    }
    if link.kind == .ethernet, let fabric = world.address(of: "fabric"), address != fabric {
      pull(device, place, address, fabric, isUp: isUp)
    } else {
      change([NetworkChange(in: space.name, .setLink(device, isUp ? .up : .down))], at: address)
    }
  }

  private mutating func pull(_ device: String, _ node: String, _ kernel: Address, _ fabric: Address, isUp: Bool) {
    change([NetworkChange(.setLink(device, .carrier(isUp)))], at: kernel)
    change([NetworkChange(in: Fabric.exchange, .setLink(node, .carrier(isUp)))], at: fabric)
    let isControlPlane = node == spec.controlPlaneName
    guard let apiserver = world.address(of: "kube-apiserver") else { return }
    for place in world.cells.indices where world.role(of: place) != .kernel {
      guard let (_, home) = ScriptText.pair(world.name(of: place), at: "@"), (home == node) != isControlPlane else {
        continue
      }
      intervene(isUp ? .mend(place, apiserver) : .cut(place, apiserver))
    }
  }

  /// Two nodes between which no packet passes: what either of them, or a Pod there, sends to the other is lost on the way.
  mutating func cutNodes(_ one: ClusterSpec.Machine, _ other: ClusterSpec.Machine, isCut: Bool) {
    guard let fabric = world.address(of: "fabric") else { return }
    var changes: [NetworkChange] = []
    if isCut {
      changes.append(NetworkChange(in: Fabric.exchange, .set("net.bridge.bridge-nf-call-iptables", 1)))
    }
    for (from, to) in [(one, other), (other, one)] {
      for source in ranges(of: from) {
        for goal in ranges(of: to) {
          let rule = PacketRule(source: .init(source), destination: .init(goal), [.comment("cut")], .drop)
          let chain = Hook.forward.rawValue
          let command: RuleCommand = isCut ? .append(chain, rule) : .delete(chain, rule)
          changes.append(NetworkChange(in: Fabric.exchange, .rules(.filter, [command])))
        }
      }
    }
    change(changes, at: fabric)
  }

  /// Two names of nodes; nothing where one is none, or no packets move.
  func nodes(_ one: String, _ other: String) -> (ClusterSpec.Machine, ClusterSpec.Machine)? {
    guard world.address(of: "fabric") != nil, one != other,
      let first = spec.machines.first(where: { $0.name == one }),
      let second = spec.machines.first(where: { $0.name == other })
    else { return nil }
    return (first, second)
  }

  private func ranges(of machine: ClusterSpec.Machine) -> [CIDR] {
    let given = object(ObjectKey(.node, "", machine.name))?.node?.spec.podCIDR ?? machine.podCIDR
    return [IPv4(machine.ip).map { CIDR($0) }, CIDR(given)].compactMap { $0 }
  }

  private mutating func change(_ changes: [NetworkChange], at kernel: Address) {
    intervene(.tell(.kernel(KernelCall(.network(changes))), to: kernel))
  }
}
