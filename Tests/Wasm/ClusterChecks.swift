import Clockwork
import Kubernetes

/// Two nodes and a control plane, in one of the two versions.
private func cluster(_ version: String) -> ClusterSpec {
  func node(_ number: Int64) -> Value {
    .map(
      ("name", .string("node\(number)")),
      ("ip", .string("198.51.100.1\(number)")),
      ("podCIDR", .string("172.21.\(number).0/24")),
      ("cpu", "2"),
      ("memory", "4Gi"),
      ("pods", 110)
    )
  }
  let value: Value = .map(
    ("version", .string(version)),
    ("controlPlane", .map(("name", "cp1"), ("registers", true))),
    ("nodes", .list([node(1), node(2)]))
  )
  var problems: [FieldProblem] = []
  let spec = ClusterSpec(value, problems: &problems)
  precondition(problems.isEmpty, "the page's cluster is right")
  return spec
}

private func images() -> Images {
  let web: Value = .map(("size", 50_000_000), ("pull", "2s"), ("listens", .list([8080])))
  let crash: Value = .map(("size", 9_000_000), ("pull", "1s"), ("exit", .map(("code", 1), ("after", "1s"))))
  var problems: [FieldProblem] = []
  let value: Value = .map(("images", .map(("demo/web:1.0", web), ("demo/crash:1.0", crash))))
  let images = Images(value, problems: &problems)
  precondition(problems.isEmpty, "the page's images are right")
  return images
}

private func simulation(_ script: String, version: Version = .now, seed: UInt64 = 7) -> Simulation {
  let parser = ScriptParser(version: version) { _ in .problems([]) }
  let (lines, problems) = parser.parse(script)
  precondition(problems.isEmpty, "the page's script is right")
  return Simulation(cluster(version.rawValue), images: images(), seed: seed, script: lines, parser: parser)
}

private func add(_ simulation: Simulation, to digest: inout Digest) {
  for row in simulation.rows { digest.add(row.value) }
  digest.add(Int64(bitPattern: simulation.digest.value))
  digest.add(Int64(simulation.unmet.count))
  digest.add(Int64(simulation.problems.count))
}

/// F01: a Pod is born, from the command to the running container.
private func birth(_ version: Version) -> UInt64 {
  digest { digest in
    var run = simulation(
      "kubectl run web --image=demo/web:1.0 --port=8080\nuntil pod/web Running\nkubectl logs web --timestamps\nkubectl get pods -o wide\n"
        + "kubectl describe pod web\nkubectl get pod web -o yaml\n",
      version: version
    )
    precondition(run.run(), "the run ends")
    add(run, to: &digest)
  }
}

func birthNow() -> UInt64 { birth(.now) }
func birthThen() -> UInt64 { birth(.then) }

/// Other legal orders, forks, and the way back.
func orders() -> UInt64 {
  digest { digest in
    var run = simulation("kubectl run web --image=demo/web:1.0\nuntil pod/web Ready\n")
    var order = Seeded<Kube>(seed: 11)
    while case .step = run.step(&order) {}
    add(run, to: &digest)
    var fork = run.fork(at: 12)
    for action in fork.enabled() { digest.add(fork.world.text(of: action)) }
    fork.run()
    add(fork, to: &digest)
    run.go(to: 20)
    if let expected = run.expected() { digest.add(run.world.text(of: expected)) }
    add(run, to: &digest)
  }
}

/// Faults, restarts with back-off, and the end of a Pod.
func lives() -> UInt64 {
  digest { digest in
    var run = simulation(
      """
      break kube-scheduler
      kubectl run web --image=demo/web:1.0
      advance 20s
      mark waiting
      repair kube-scheduler
      until pod/web Running
      kubectl patch pod web --type=merge -p '{"metadata":{"labels":{"tier":"앞"}},"rate":1.5e-3}'
      kubectl get pod web -o json
      kubectl run crash --image=demo/crash:1.0
      slow kubelet@node1 200ms
      advance 90s
      kubectl delete pod web
      until pod/web gone
      kubectl get pods
      """
    )
    run.run(limit: 20_000)
    add(run, to: &digest)
  }
}
