import Clockwork
import Curriculum
import Kubernetes
import TerminalUI
import Testing
import Tutor

/// The picture stays where it is; only light moves.
@Suite struct PictureTests {
  private static let titles = ClusterPicture.Titles(controlPlane: "control plane", nodes: "nodes", network: "network")

  private func simulation(nodes: Int, isMoving: Bool = false) throws -> Simulation {
    var text = "packets: \(isMoving)\ncontrolPlane: {name: cp1, registers: true}\nnodes:\n"
    for number in 1...nodes { text += "  - {name: worker-\(number)}\n" }
    let (spec, diagnostics) = Stage.cluster(text: text, file: "c.yaml")
    let found = try #require(spec, "\(diagnostics)")
    let stage = Stage(Fixture.course, language: Fixture.course.language("en"))
    let parser = stage.parser(found.version)
    return Simulation(found, images: Images(), seed: 0, script: [], parser: parser)
  }

  private func picture(_ simulation: Simulation, _ columns: Int, _ rows: Int, _ glyphs: Glyphs) -> ClusterPicture {
    let map = ClusterMap(simulation.world, spec: simulation.spec)
    return ClusterPicture(
      map,
      columns: columns,
      rows: rows,
      titles: Self.titles,
      glyphs: glyphs
    )
  }

  @Test(arguments: 1...8, [78, 118])
  func everyComponentIsSeen(_ nodes: Int, _ columns: Int) throws {
    try seeEveryone(simulation(nodes: nodes), columns)
    try seeEveryone(simulation(nodes: nodes, isMoving: true), columns)
  }

  private func seeEveryone(_ simulation: Simulation, _ columns: Int) throws {
    let picture = picture(simulation, columns, columns == 78 ? 8 : 16, .unicode)
    #expect(picture.columns == columns)
    // One row a node and the network's own row need more than a narrow screen wants to give to seven.
    #expect(
      picture.rows <= (columns == 78 ? 10 + ClusterMap(simulation.world, spec: simulation.spec).network.count : 16)
    )
    var frame = Frame(columns: columns, rows: picture.rows)
    picture.draw(.init(), in: &frame, column: 0, row: 0)
    let world = simulation.world
    // The loops of kube-controller-manager are drawn as the one process that they are.
    for address in world.cells.indices where world.process(of: address) == world.name(of: address) {
      let name = world.name(of: address)
      // Whoever acts is lit, wherever it stands.
      var lit = Frame(columns: columns, rows: picture.rows)
      picture.draw(.init(actor: name), in: &lit, column: 0, row: 0)
      let runs = lit.runs(of: .lit)
      #expect(runs.count == 1)
      let short = ClusterMap.short(name)
      let seen = runs.first?.split(separator: " ").last.map(String.init) ?? ""
      let stem = seen.hasPrefix("●") ? String(seen.dropFirst()) : seen
      let start = stem.hasSuffix("…") ? String(stem.dropLast()) : stem
      #expect(!start.isEmpty && name.contains(start), "\(name) is drawn as \(seen), and is \(short)")
    }
  }

  @Test(arguments: [2, 5])
  func snapshots(_ nodes: Int) throws {
    let simulation = try simulation(nodes: nodes)
    for (name, glyphs) in [("unicode", Glyphs.unicode), ("ascii", Glyphs.ascii)] {
      var out = ""
      for columns in [78, 118] {
        let picture = picture(simulation, columns, columns == 78 ? 8 : 16, glyphs)
        var frame = Frame(columns: columns, rows: picture.rows)
        let messages: [ClusterPicture.Light.Message] = [
          .init(from: "kube-apiserver", to: "kubelet@worker-2"), .init(from: "kube-apiserver", to: "kube-scheduler"),
        ]
        picture.draw(
          .init(actor: "kube-apiserver", messages: messages, stopped: ["etcd"]),
          in: &frame,
          column: 0,
          row: 0
        )
        out += frame.text + "\n"
        let isASCII = frame.text.utf8.allSatisfy { $0 < 0x80 }
        #expect(isASCII == (glyphs == .ascii))
      }
      try Snapshot.expect(out, "picture-\(nodes)-\(name)")
    }
  }

  /// What lies between the machines is no part of the control plane, and frames run along cables of their own.
  @Test(arguments: [2, 5])
  func theNetworkLiesBelowTheMachines(_ nodes: Int) throws {
    let simulation = try simulation(nodes: nodes, isMoving: true)
    var out = ""
    for columns in [78, 118] {
      let picture = picture(simulation, columns, columns == 78 ? 8 : 16, .unicode)
      for (from, to) in [("kernel@worker-1", "fabric"), ("fabric", "kernel@worker-2"), ("kernel@cp1", "fabric")] {
        var frame = Frame(columns: columns, rows: picture.rows)
        picture.draw(.init(actor: from, messages: [.init(from: from, to: to)]), in: &frame, column: 0, row: 0)
        out += frame.text + "\n"
      }
    }
    try Snapshot.expect(out, "picture-network-\(nodes)")
  }

  /// Draws a whole lesson: whatever is not lit stands in every frame where it stood in the first.
  @Test func nothingMovesFromStepToStep() throws {
    var guide = try Fixture.guide()
    guide.begin(isResumed: false, at: Instant())
    let map = ClusterMap(guide.session.simulation.world, spec: guide.session.simulation.spec)
    let picture = ClusterPicture(map, columns: 78, rows: 8, titles: Self.titles, glyphs: .unicode)
    var first = Frame(columns: 78, rows: 8)
    picture.draw(.init(), in: &first, column: 0, row: 0)
    var run = guide.session.run
    var steps = 0
    while run.step() != nil {
      steps += 1
      let step = run.explanation(at: run.position - 1)
      var frame = Frame(columns: 78, rows: 8)
      picture.draw(.init(step, in: run.world), in: &frame, column: 0, row: 0)
      for row in 0..<8 {
        let now = Array(frame.text(row: row))
        let before = Array(first.text(row: row))
        let differs = zip(now, before).filter { pair in
          pair.0 != pair.1 && (pair.0.isLetter || pair.1.isLetter)
        }
        #expect(differs.isEmpty)
      }
    }
    #expect(steps > 40)
  }
}
