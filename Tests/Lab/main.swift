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

func plan(_ name: String, _ network: LabNetwork, _ cases: [[String: Any]]) {
  var json = Plan(network).json
  json["name"] = name
  json["cases"] = cases
  emit(json)
}

func reference(_ limit: Int) {
  for (name, change) in [
    ("reference", { (_: inout LabNetwork) in }), ("no hairpin", { $0.hairpin = false }),
    ("bridge-nf-call-iptables=0", { $0.bridgeCallsRules = false }), ("dead backend", { $0.pods[2].listens = false }),
    ("no route to the second node's Pods", { $0.withRoutes = false }),
  ] as [(String, (inout LabNetwork) -> Void)] {
    var cases: [[String: Any]] = []
    var base = LabNetwork.reference
    change(&base)
    for choice in 0..<2 {
      var network = base
      network.choice = choice
      var random = Random(seed: UInt64(limit + choice))
      let plan = Plan(network)
      let targets = plan.targets(&random, limit: limit)
      cases.append(
        plan.example("backend \(choice + 1)", rules: rules(network), visits: targets, withFrames: true)
      )
    }
    plan(name, base, cases)
  }
}

func mutations(_ seed: UInt64, _ count: Int) {
  let network = LabNetwork.reference
  var random = Random(seed: seed)
  var cases: [[String: Any]] = []
  let laboratory = Plan(network)
  for _ in 0..<count {
    var texts = rules(network)
    let node = random.next(below: texts.count)
    let (text, what) = Mutation.of(texts[node], &random)
    texts[node] = text
    let targets = laboratory.targets(&random, limit: 14)
    let name = "\(network.nodes[node].name): \(what)"
    cases.append(laboratory.example(name, rules: texts, visits: targets, withFrames: false))
  }
  plan("mutations", network, cases)
}

func networks(_ seed: UInt64, _ count: Int) {
  for number in 0..<UInt64(count) {
    let network = LabNetwork.random(seed + number)
    var random = Random(seed: seed + number)
    let laboratory = Plan(network)
    let targets = laboratory.targets(&random, limit: 40)
    let example = laboratory.example("all", rules: rules(network), visits: targets, withFrames: false)
    plan("random \(seed + number)", network, [example])
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
