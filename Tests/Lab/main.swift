import Clockwork
import Foundation
import Kubernetes

/// Prints networks of the model and what it says of packets in them, for the laboratory that asks a real kernel.
///
/// `network-lab reference COUNT`, `network-lab mutations SEED COUNT`, `network-lab random SEED COUNT`, `network-lab
/// capture FOLDER`; `--old-kernel` after them for a kernel older than Linux 6.9.
func emit(_ json: [String: Any]) {
  guard let data = try? JSONSerialization.data(withJSONObject: json, options: [.sortedKeys]) else {
    return
  }
  FileHandle.standardOutput.write(data)
  FileHandle.standardOutput.write(Data("\n".utf8))
}

func rules(_ network: LabNetwork) -> [String] {
  network.nodes.indices.map { network.rules(on: $0) }
}

func emitPlan(
  _ name: String,
  _ network: LabNetwork,
  _ cases: [[String: Any]],
  _ facts: [String: Any] = [:]
) {
  var json = Plan(network).json.merging(facts) { $1 }
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
    ("promiscuous bridge", { ($0.hairpin, $0.isPromiscuous) = (false, true) }),
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
        if choice == 0 { targets += plan.toItself }
        cases.append(
          plan.example(
            "backend \(choice + 1)",
            rules: rules(network),
            visits: targets,
            withFrames: true
          )
        )
      }
      if version == .now, base.hairpin || base.isPromiscuous, limit > 10 || number == 0 {
        let targets =
          limit > 10 ? plan.flooded : Array(plan.flooded.prefix(3) + plan.flooded.prefix(3))
        cases.append(
          plan.example(
            "flooded",
            rules: rules(base),
            visits: targets,
            withFrames: true,
            isForgetting: true
          )
        )
      }
      emitPlan("\(variant.name), \(version.rawValue)", base, cases)
    }
  }
}

/// Every change of one rule that there is to try: each kind of rule, in each way in which it can be changed.
struct Changes {
  private let all: [(node: Int, place: Mutation.Place)]
  /// The kinds of rules that kube-proxy, kubelet and plugin write, in the order in which they stand.
  private(set) var kinds: [String] = []
  private var queue: [(kind: String, operation: Mutation.Operation)] = []

  /// `texts` are the rules of every node.
  init(_ texts: [String]) {
    all = texts.indices.flatMap { node in Mutation.places(texts[node]).map { (node, $0) } }
    for (_, place) in all where !kinds.contains(place.kind) { kinds.append(place.kind) }
    for operation in Mutation.Operation.allCases {
      for kind in kinds { queue.append((kind, operation)) }
    }
  }

  var isDone: Bool { queue.isEmpty }

  /// The next change of the queue that can be made, and then whatever chance picks.
  mutating func next(
    _ texts: [String],
    _ random: inout Random
  ) -> (
    node: Int, text: String, what: String
  ) {
    while true {
      var candidates = all
      var operation = Mutation.Operation.allCases[random.next(below: 4)]
      if !queue.isEmpty {
        let wanted = queue.removeFirst()
        candidates = all.filter { $0.place.kind == wanted.kind }
        operation = wanted.operation
      }
      while !candidates.isEmpty {
        let (node, place) = candidates.remove(at: random.next(below: candidates.count))
        if let (text, what) = Mutation.of(texts[node], place, operation, &random) {
          return (node, text, what)
        }
      }
    }
  }

  /// A sample follows chance alone.
  mutating func forget() { queue = [] }
}

/// At least `count` changes, and as many more as it takes to change every kind of rule in every way.
func mutations(_ seed: UInt64, _ count: Int) {
  for (index, version) in [Version.now, .then].enumerated() {
    var random = Random(seed: seed + UInt64(index))
    var network = LabNetwork.everyService
    network.version = version
    let laboratory = Plan(network)
    var changes = Changes(rules(network))
    let kinds = changes.kinds.count
    if count < 100 { changes.forget() }
    var made = 0
    while made < count / 2 || !changes.isDone {
      var cases: [[String: Any]] = []
      var noticed = 0
      network.choice = made / 10 % 2
      let right = rules(network)
      let candidates = laboratory.targets(&random, limit: 60)
      let before = laboratory.words(candidates, rules: right)
      while cases.count < min(10, count / 2), made < count / 2 || !changes.isDone {
        var texts = right
        let (node, text, what) = changes.next(texts, &random)
        texts[node] = text
        let after = laboratory.words(candidates, rules: texts)
        // Visits that notice the change come first.
        let concerned = candidates.indices.filter { before[$0] != after[$0] }
        let others = candidates.indices.filter { before[$0] == after[$0] }
        if !concerned.isEmpty { noticed += 1 }
        let targets = (concerned + others).prefix(14).map { candidates[$0] }
        let name = "\(network.nodes[node].name): \(what)"
        cases.append(laboratory.example(name, rules: texts, visits: targets, withFrames: false))
        made += 1
      }
      let facts: [String: Any] = ["kinds": count < 100 ? 0 : kinds, "noticed": noticed]
      emitPlan("mutations to \(made), \(version.rawValue)", network, cases, facts)
    }
  }
}

func networks(_ seed: UInt64, _ count: Int) {
  for number in 0..<UInt64(count) {
    let network = LabNetwork.random(seed + number)
    var random = Random(seed: seed + number)
    let laboratory = Plan(network)
    let targets = laboratory.targets(&random, limit: 40)
    let example = laboratory.example(
      "all",
      rules: rules(network),
      visits: targets,
      withFrames: false
    )
    emitPlan("random \(seed + number)", network, [example])
  }
}

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.dropFirst().compactMap { Int($0) }
switch arguments.first {
case "reference" where numbers.count == 1: reference(numbers[0])
case "mutations" where numbers.count == 2: mutations(UInt64(numbers[0]), numbers[1])
case "capture" where arguments.count == 2: try capture(arguments.last ?? "")
case "random" where numbers.count == 2: networks(UInt64(numbers[0]), numbers[1])
default:
  FileHandle.standardError.write(
    Data(
      "usage: network-lab reference COUNT | mutations SEED COUNT | random SEED COUNT | capture FOLDER\n"
        .utf8
    )
  )
  exit(64)
}
