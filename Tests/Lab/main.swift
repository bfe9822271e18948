import Clockwork
import Foundation
import Kubernetes

/// Prints networks of the model and what it says of packets in them, for the laboratory that asks a real kernel.
///
/// `network-lab reference COUNT`, `network-lab mutations SEED COUNT`, `network-lab random SEED COUNT`
func emit(_ json: [String: Any]) {
  guard let data = try? JSONSerialization.data(withJSONObject: json, options: [.sortedKeys]) else { return }
  FileHandle.standardOutput.write(data)
  FileHandle.standardOutput.write(Data("\n".utf8))
}

func rules(_ network: LabNetwork) -> [String] { network.nodes.indices.map { network.rules(on: $0) } }

func emitPlan(_ name: String, _ network: LabNetwork, _ cases: [[String: Any]]) {
  var json = Plan(network).json
  json["name"] = name
  json["cases"] = cases
  emit(json)
}

/// The ways in which the reference cluster can be otherwise.
func variants() -> [(name: String, change: (inout LabNetwork) -> Void)] {
  [
    ("reference", { _ in }),
    ("no hairpin", { $0.hairpin = false }),
    ("bridge-nf-call-iptables=0", { $0.bridgeCallsRules = false }),
    ("route_localnet=0", { $0.routesLoopback = false }),
    ("dead backend", { $0.pods[2].listens = false }),
    ("backend that is gone", { $0.pods[2].exists = false }),
    ("no kube-proxy on the first node", { $0.withoutProxy = [0] }),
    ("no route to the Pods of other nodes", { $0.withRoutes = false }),
  ]
}

/// `limit` of the ways for every variant, and the rows of the table of flows besides.
func reference(_ limit: Int) {
  for (number, variant) in variants().enumerated() {
    for version in [Version.now, .then] {
      var cases: [[String: Any]] = []
      var base = LabNetwork.reference
      base.version = version
      variant.change(&base)
      let plan = Plan(base)
      for choice in 0..<2 {
        var network = base
        network.choice = choice
        var random = Random(seed: UInt64(limit + choice + 10 * number))
        var targets = plan.targets(&random, limit: limit)
        // Rows do not depend on the backend, and little on the version.
        if choice == 0, version == .now, limit > 10 { targets += plan.rows }
        cases.append(
          plan.example("backend \(choice + 1)", rules: rules(network), visits: targets, withFrames: true)
        )
      }
      emitPlan("\(variant.name), \(version.rawValue)", base, cases)
    }
  }
}

func mutations(_ seed: UInt64, _ count: Int) {
  var random = Random(seed: seed)
  for start in stride(from: 0, to: count, by: 10) {
    var network = LabNetwork.reference
    network.version = start / 10 % 2 == 0 ? .now : .then
    var cases: [[String: Any]] = []
    let laboratory = Plan(network)
    for _ in start..<min(start + 10, count) {
      network.choice = random.next(below: 2)
      var texts = rules(network)
      let node = random.next(below: texts.count)
      let (text, what) = Mutation.of(texts[node], &random)
      texts[node] = text
      let targets = laboratory.targets(&random, limit: 14)
      let name = "\(network.nodes[node].name): \(what)"
      cases.append(laboratory.example(name, rules: texts, visits: targets, withFrames: false))
    }
    emitPlan("mutations from \(start + 1), \(network.version.rawValue)", network, cases)
  }
}

func networks(_ seed: UInt64, _ count: Int) {
  for number in 0..<UInt64(count) {
    let network = LabNetwork.random(seed + number)
    var random = Random(seed: seed + number)
    let laboratory = Plan(network)
    let targets = laboratory.targets(&random, limit: 40)
    let example = laboratory.example("all", rules: rules(network), visits: targets, withFrames: false)
    emitPlan("random \(seed + number)", network, [example])
  }
}

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.dropFirst().compactMap { Int($0) }
switch arguments.first {
case "reference" where numbers.count == 1: reference(numbers[0])
case "mutations" where numbers.count == 2: mutations(UInt64(numbers[0]), numbers[1])
case "random" where numbers.count == 2: networks(UInt64(numbers[0]), numbers[1])
default:
  FileHandle.standardError.write(
    Data("usage: network-lab reference COUNT | mutations SEED COUNT | random SEED COUNT\n".utf8)
  )
  exit(64)
}
