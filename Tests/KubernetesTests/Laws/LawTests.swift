import Clockwork
import Curriculum
import Kubernetes
import Testing

/// Laws that hold for every order and every variant.
@Suite struct LawTests {
  private static let course = Course.load(.embedded).course
  private static let lessons = course.lessons.map(\.path)

  private static func simulation(_ path: String, seed: UInt64) throws -> Simulation {
    let lesson = try #require(course.lesson(path)).variant(seed: seed)
    let stage = Stage(course, language: course.language("en"))
    let (simulation, diagnostics) = stage.simulation(of: lesson, seed: seed)
    #expect(diagnostics.map(\.description) == [])
    return try #require(simulation)
  }

  private static let short = ["components/watch-not-orders", "components/create-pod"]

  @Test(arguments: lessons) func invariantsHoldInEveryOrder(_ path: String) throws {
    // Lessons of one Pod are short enough for a thousand orders.
    let orders: UInt64 = LawTests.short.contains(path) ? 1000 : 2
    for seed in 0..<orders as Swift.Range<UInt64> {
      var simulation = try Self.simulation(path, seed: seed)
      var invariants = Invariants(simulation.world)
      var chooser = Seeded<Kube>(seed: seed)
      var steps = 0
      while steps < 20_000, case .step(let step) = simulation.step(&chooser) {
        steps += 1
        let broken = invariants.check(step, in: simulation.world)
        guard broken.isEmpty else {
          Issue.record("seed \(seed), step \(steps): \(broken)")
          return
        }
      }
      #expect(simulation.unmet.map(\.text) == [], "seed \(seed)")
      #expect(steps < 20_000, "seed \(seed)")
    }
  }

  @Test(arguments: lessons) func aRunIsItsSeedAndItsChoices(_ path: String) throws {
    let orders: UInt64 = LawTests.short.contains(path) ? 10 : 2
    for seed in 0..<orders as Swift.Range<UInt64> {
      var simulation = try Self.simulation(path, seed: seed)
      var chooser = Seeded<Kube>(seed: seed + 100)
      while case .step = simulation.step(&chooser) {}
      var again = try Self.simulation(path, seed: seed)
      var scripted = Scripted<Kube>(simulation.timeline.choices.map { Clockwork.Choice($0.description) })
      while case .step = again.step(&scripted) {}
      #expect(again.digest == simulation.digest, "seed \(seed)")
    }
  }

  @Test(arguments: lessons) func goingBackAndForthChangesNothing(_ path: String) throws {
    var simulation = try Self.simulation(path, seed: 1)
    simulation.run()
    let end = simulation.position
    let digest = simulation.digest
    for position in stride(from: end, through: 0, by: -7) { simulation.go(to: position) }
    simulation.go(to: end)
    #expect(simulation.digest == digest)
    simulation.go(to: end / 2)
    simulation.run()
    #expect(simulation.digest == digest)
  }

  /// A line may lay several things on the world: whoever goes back to before one of them gets all that follow.
  @Test func goingBackToBeforeALineLaysItAgain() throws {
    let script = """
      preload demo/web:1.0
      kubectl run web --image=demo/web:1.0
      until pod/web Running
      break kube-controller-manager
      kubectl delete pod web
      until pod/web gone
      advance 1s

      """
    var simulation = try Self.simulation(script, node: "node-1")
    simulation.run()
    let digest = simulation.digest
    let end = simulation.position
    let interventions = (0..<end).filter { position in
      if case .intervention = simulation.timeline[position] { true } else { false }
    }
    // Of these lines the first has one for every node, and the fourth one for every loop.
    #expect(interventions.count > 6)
    for position in interventions {
      var again = simulation.fork(at: position)
      again.run()
      #expect(again.digest == digest, "from \(position) of \(end)")
    }
  }

  /// Names mean nothing to the model: the same script with others gives the same trace with others.
  @Test func renamingIsFree() throws {
    // A restarted scheduler lists its nodes anew: not even then may the alphabet decide.
    let script = """
      break kube-scheduler
      repair kube-scheduler
      kubectl run web --image=demo/web:1.0
      until pod/web Ready
      kubectl delete pod web
      until pod/web gone

      """
    let plain = try rows(script, node: "node-1")
    let renamed = try rows(script.replacing("web", with: "zebra"), node: "omega")
    // Widths of printed tables follow the names in them.
    func normal(_ rows: [String], _ names: [(String, String)]) -> [String] {
      rows.map { row in names.reduce(row) { $0.replacing($1.0, with: $1.1) } }
    }
    #expect(normal(plain, [("web", "zebra"), ("node-1", "omega")]) == normal(renamed, [("demo/web", "demo/zebra")]))
  }

  private func rows(_ script: String, node: String) throws -> [String] {
    var simulation = try Self.simulation(script, node: node)
    simulation.run()
    return simulation.rows.map(\.value.canonical)
  }

  private static func simulation(_ script: String, node: String) throws -> Simulation {
    let text = """
      version: then
      nodes:
        - {name: \(node), ip: 192.0.2.11, podCIDR: 198.51.100.0/25}
        - {name: node-2, ip: 192.0.2.12, podCIDR: 198.51.100.128/25}
      """
    let spec = try #require(Stage.cluster(text: text, file: "cluster.yaml").spec)
    let stage = Stage(course, language: course.language("en"))
    let lines = stage.script(script, file: "script", version: .then).lines
    var images = Images()
    for name in ["demo/web:1.0", "demo/zebra:1.0"] {
      var image = stage.images().images["demo/web:1.0"]
      image.name = name
      images.add(image)
    }
    let parser = stage.parser(.then)
    return Simulation(spec, images: images, seed: 3, script: lines, parser: parser)
  }
}
