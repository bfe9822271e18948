import Clockwork
import Kubernetes

/// What must hold in every world after every step, whoever chose it.
struct Invariants {
  private var revision: Int64 = 0
  private var revisions: [String: Int64] = [:]
  private var nodes: [String: String] = [:]
  private var sent: [String: Int] = [:]
  private let etcd: [Address]
  private let apiserver: Address

  private static func index(_ world: KubeWorld, _ name: String) -> Address {
    guard let address = world.address(of: name) else { fatalError("no \(name)") }
    return address
  }

  init(_ world: KubeWorld) {
    etcd = world.etcdMembers
    apiserver = Self.index(world, "kube-apiserver")
  }

  /// Everything that a step broke, in words for whoever debugs it.
  mutating func check(_ step: KubeStep, in world: KubeWorld) -> [String] {
    var broken: [String] = world.objections.map { "an iron rule: \($0.key)" }
    for envelope in step.sent {
      let ends = [envelope.sender, envelope.receiver].filter { !etcd.contains($0) }
      // Its members speak among themselves, and with nobody else but kube-apiserver.
      if ends.count == 1, ends != [apiserver] { broken.append("etcd spoke with \(world.name(of: ends[0]))") }
      if envelope.sender != step.action.actor { broken.append("somebody else's message was sent") }
    }
    // Only a step of etcd changes what is stored.
    if etcd.contains(step.action.actor) { broken += checkStore(world) }
    if step.action.verb == "add" { broken += checkAddresses(world) }
    return broken
  }

  private mutating func checkStore(_ world: KubeWorld) -> [String] {
    guard let store = world.etcd else { return ["etcd is gone"] }
    var broken: [String] = []
    var uids: Set<String> = []
    for object in store.objects {
      if let before = revisions[object.key.path], object.resourceVersion < before {
        broken.append("the revision of \(object.key) went back")
      }
      revisions[object.key.path] = object.resourceVersion
      if object.resourceVersion > revision { revision = object.resourceVersion }
      if !uids.insert(object.uid).inserted { broken.append("the uid \(object.uid) is there twice") }
      guard let pod = object.pod, !pod.spec.nodeName.isEmpty else { continue }
      if let node = nodes[object.uid], node != pod.spec.nodeName {
        broken.append("\(object.key) was bound twice: \(node), \(pod.spec.nodeName)")
      }
      nodes[object.uid] = pod.spec.nodeName
    }
    broken += checkStatuses(store)
    return broken
  }

  private func checkStatuses(_ store: Etcd) -> [String] {
    var broken: [String] = []
    var addresses: [String: ObjectKey] = [:]
    for object in store.objects {
      guard let pod = object.pod else { continue }
      let ip = pod.status.podIP
      if !ip.isEmpty, pod.status.phase == "Running" {
        if let other = addresses[ip] { broken.append("\(ip) belongs to \(other) and \(object.key)") }
        addresses[ip] = object.key
      }
      if pod.status.phase == "Running", pod.spec.nodeName.isEmpty {
        broken.append("\(object.key) runs nowhere")
      }
    }
    return broken
  }

  /// Every sandbox that runs has an address of its own.
  private func checkAddresses(_ world: KubeWorld) -> [String] {
    var seen: [String: String] = [:]
    var broken: [String] = []
    for address in world.cells.indices where world.role(of: address) == .runtime {
      for entry in world.state(of: address)["containers"]?.entries ?? [] {
        guard let ip = entry.value["ip"]?.text, entry.value["phase"]?.text == "running" else { continue }
        if let other = seen[ip] { broken.append("\(ip) is given to \(other) and \(entry.key)") }
        seen[ip] = entry.key
      }
    }
    return broken
  }
}
