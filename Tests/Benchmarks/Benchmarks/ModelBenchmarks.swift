import Clockwork
import Kubernetes

/// The engine and the cluster.
enum ModelBenchmarks {
  static let all: [Benchmark] = [
    Benchmark(name: "step", run: step),
    Benchmark(name: "lesson", run: lesson),
    Benchmark(name: "breadth", run: breadth),
    Benchmark(name: "scheduling", run: scheduling),
    Benchmark(name: "many", run: many),
    Benchmark(name: "deployment", run: deployment),
    Benchmark(name: "scale-10", run: { scale(nodes: 10) }),
    Benchmark(name: "scale-100", run: { scale(nodes: 100) }),
    Benchmark(name: "scale-500", run: { scale(nodes: 500) }),
    Benchmark(name: "scale-1000", run: { scale(nodes: 1_000) }),
  ]

  @Sendable static func step() -> [Result] {
    let (steps, time) = lives(nodes: 10, pods: 300)
    return [
      Result(what: "a step of the model (10 nodes, 300 Pods)", measured: time / steps * 1e6, budget: 5, unit: "us")
    ]
  }

  /// Each of back, forward and fork at every position of F01; the slowest counts.
  @Sendable static func lesson() -> [Result] {
    var run = Clusters.simulation(
      nodes: 2,
      script: "kubectl run web --image=demo/web:1.0\nuntil pod/web Ready\n",
      budget: 4096
    )
    run.run()
    let end = run.position
    var back: [Double] = []
    var forward: [Double] = []
    var fork: [Double] = []
    // The best of five tells what the work costs; the rest is what else this machine does.
    func best(_ work: () -> Void) -> Double { (0..<5).map { _ in seconds(work) }.min() ?? 0 }
    for position in stride(from: end, to: 1, by: -1) {
      back.append(
        best {
          run.go(to: position)
          run.go(to: position - 1)
        }
      )
      forward.append(
        best {
          run.go(to: position - 1)
          run.go(to: position)
        }
      )
      fork.append(
        best {
          var copy = run.fork(at: position - 1)
          _ = copy.step()
        }
      )
    }
    func slowest(_ what: String, _ times: [Double]) -> Result {
      Result(
        what: "\(what) in a lesson of \(end) steps, the slowest",
        measured: (times.max() ?? 0) * 1e3,
        budget: 1,
        unit: "ms"
      )
    }
    return [slowest("back", back), slowest("forward", forward), slowest("fork", fork)]
  }

  /// The same 100 Pods in a small cluster and in a large one.
  @Sendable static func breadth() -> [Result] {
    let small = lives(nodes: 5, pods: 100)
    let large = lives(nodes: 5_000, pods: 100)
    let ratio = (large.time / large.steps) / (small.time / small.steps)
    return [Result(what: "a step at 5,000 nodes against 5", measured: ratio, budget: 2, unit: "x")]
  }

  /// From the moment that all Pods are stored until the last one has a node; nobody runs them.
  @Sendable static func scheduling() -> [Result] {
    let (nodes, pods) = (1_000, 5_000)
    var world = Clusters.simulation(nodes: nodes, script: "", budget: 2).world
    for address in world.cells.indices where world.name(of: address).hasPrefix("kubelet@") {
      world.intervene(.stop(address))
    }
    guard let scheduler = world.address(of: "kube-scheduler") else { return [] }
    world.intervene(.stop(scheduler))
    run(&world, until: nil)
    Clusters.create(pods, in: &world)
    run(&world, until: nil)
    world.intervene(.start(scheduler))
    world.isTelling = false
    var bound = 0
    let time = busySeconds { bound = run(&world, until: pods) }
    precondition(bound == pods, "only \(bound) Pods have a node")
    return [Result(what: "scheduling 5,000 Pods on 1,000 nodes", measured: time, budget: 1, unit: "s")]
  }

  /// 500 nodes and 5,000 Pods until all run.
  @Sendable static func many() -> [Result] {
    var world = Clusters.simulation(nodes: 500, script: "", budget: 2).world
    run(&world, until: nil)
    world.isTelling = false
    let time = busySeconds {
      Clusters.create(5_000, in: &world)
      run(&world, until: nil)
    }
    return [
      Result(what: "500 nodes, 5,000 Pods, all Running", measured: time, budget: 2, unit: "s"),
      Result(what: "500 nodes, 5,000 Pods: memory", measured: peakMemory(), budget: 256, unit: "MiB"),
    ]
  }

  /// The same from one Deployment.
  @Sendable static func deployment() -> [Result] {
    var world = Clusters.simulation(nodes: 500, script: "", budget: 2).world
    run(&world, until: nil)
    world.isTelling = false
    var bound = 0
    let time = busySeconds {
      Clusters.deploy(5_000, in: &world)
      bound = run(&world, until: nil)
    }
    precondition(bound == 5_000, "only \(bound) Pods have a node")
    return [
      Result(what: "500 nodes, 5,000 Pods of a Deployment", measured: time, budget: 2, unit: "s"),
      Result(what: "500 nodes, 5,000 Pods of a Deployment: memory", measured: peakMemory(), budget: 256, unit: "MiB"),
    ]
  }

  /// How fast Pods are born in clusters of different sizes, ten on a node, and what each takes in memory.
  ///
  /// Beside them stands the real kube-scheduler with etcd and kube-apiserver, which only binds: on two cores and with
  /// its limit of requests raised it bound 640 Pods a second on 100 nodes, and 241 on 1,000.
  @Sendable private static func scale(nodes: Int) -> [Result] {
    var world = Clusters.simulation(nodes: nodes, script: "", budget: 2).world
    world.isTelling = false
    run(&world, until: nil)
    let before = peakMemory()
    let pods = nodes * 10
    let time = busySeconds {
      Clusters.create(pods, in: &world)
      run(&world, until: nil)
    }
    let bytes = (peakMemory() - before) * 1_048_576 / Double(pods)
    let real: [Int: Double] = [100: 640, 1_000: 241]
    let what = "\(nodes) nodes, \(pods) Pods"
    return [
      Result(
        what: "\(what): born; a real scheduler binds",
        measured: Double(pods) / time,
        beside: real[nodes],
        unit: "/s"
      ),
      Result(what: "\(what): memory of a Pod", measured: bytes, beside: nil, unit: "bytes"),
    ]
  }

  // MARK: Runs

  /// What the steps of some Pods' births are, and a digest of all of them: a faster model must take the same steps.
  static func census() {
    var world = Clusters.simulation(nodes: 10, script: "", budget: 2).world
    run(&world, until: nil)
    Clusters.create(300, in: &world)
    var counts: [String: Int] = [:]
    while let action = world.first() {
      let actor = world.name(of: action.actor).prefix { $0 != "@" }
      counts["\(actor) \(action.verb.text)", default: 0] += 1
      _ = world.perform(action)
    }
    for (what, count) in counts.sorted(by: { $0.value > $1.value }) { print(count, what) }
    print(world.stepCount, "steps, trail", world.trail.text, "world", world.digest().text)
  }

  /// Steps and seconds of some Pods' births, without the building of the cluster.
  private static func lives(nodes: Int, pods: Int) -> (steps: Double, time: Double) {
    var world = Clusters.simulation(nodes: nodes, script: "", budget: 2).world
    run(&world, until: nil)
    world.isTelling = false
    let before = world.stepCount
    Clusters.create(pods, in: &world)
    let time = busySeconds { run(&world, until: nil) }
    return (Double(world.stepCount - before), time)
  }

  /// Runs until nothing but periodic work is left, or until so many Pods are bound; returns how many are.
  @discardableResult
  private static func run(_ world: inout KubeWorld, until wanted: Int?) -> Int {
    var bound = 0
    while let action = world.first() {
      let isBinding = action.verb == "bind"
      _ = world.perform(action)
      if isBinding {
        bound += 1
        if bound == wanted { break }
      }
    }
    return bound
  }
}
