import Clockwork
import Curriculum
import Kubernetes

/// A simulation that is ready to run, and the words for what only the run can find wrong.
struct Performance {
  var simulation: Simulation
  private let stage: Stage
  /// Where the lines of the script stand.
  private let file: String

  init(_ simulation: Simulation, stage: Stage, file: String) {
    self.simulation = simulation
    self.stage = stage
    self.file = file
  }

  /// Lines that made no sense once they were reached, and lines that waited in vain.
  var diagnostics: [Diagnostic] {
    let problems = simulation.problems.map { problem in
      stage.diagnostic(problem, Place(file, line: problem.line, column: problem.column), keep: true)
    }
    return problems + unmet
  }

  private var unmet: [Diagnostic] {
    simulation.unmet.map { line in
      Diagnostic(Place(file, line: line.number, column: 1), .warning, "never reached: \(line.text)")
    }
  }
}

extension LoadedCourse {
  /// A lesson's variant.
  func performance(of path: String, seed: UInt64, version: Version?) throws(Stop) -> Performance {
    let lesson = try lesson(path).variant(seed: seed)
    let stage = Stage(course, language: language)
    let (simulation, diagnostics) = stage.simulation(of: lesson, seed: seed, version: version)
    guard let simulation else { throw LoadedCourse.stop(diagnostics) }
    return Performance(simulation, stage: stage, file: lesson.place.file)
  }

  /// A simulation that follows a script; files are found beside it.
  func performance(
    script path: String,
    cluster: String?,
    _ version: Version?,
    seed: UInt64
  ) throws(Stop) -> Performance {
    let text = try Files.text(path)
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let stage = Stage(course, language: language) { name in
      // Where the script itself is standard input, there is nothing left of it for `-f -`.
      if name == "-" { return nil }
      return try? Files.text(path.contains("/") && !name.hasPrefix("/") ? "\(folder)/\(name)" : name)
    }
    let spec = try spec(cluster, version, stage)
    let (lines, problems) = stage.script(text, file: Files.name(path), version: spec.version)
    guard problems.isEmpty else { throw LoadedCourse.stop(problems) }
    return try performance(spec, stage, lines, seed: seed, file: Files.name(path))
  }

  /// A simulation that applies manifests and goes on until nothing is left to do.
  func performance(
    manifests: [String],
    cluster: String?,
    _ version: Version?,
    seed: UInt64
  ) throws(Stop) -> Performance {
    var texts: [(path: String, text: String)] = []
    for path in manifests { texts.append((path, try Files.text(path))) }
    let all = texts
    let stage = Stage(course, language: language) { name in all.first { $0.path == name }?.text }
    let spec = try spec(cluster, version, stage)
    // Nothing is applied unless every file is good.
    let diagnostics = all.flatMap { ManifestReader.objects($0.text, file: Files.name($0.path)).diagnostics }
    guard diagnostics.isEmpty else { throw LoadedCourse.stop(diagnostics) }
    let script = all.map { "kubectl apply -f \(LoadedCourse.quoted($0.path))" }.joined(separator: "\n")
    let (lines, problems) = stage.script(script + "\nadvance 60s\n", file: "-f", version: spec.version)
    guard problems.isEmpty else { throw LoadedCourse.stop(problems) }
    return try performance(spec, stage, lines, seed: seed, file: "-f")
  }

  /// A word as a shell takes it, whatever stands in it.
  private static func quoted(_ path: String) -> String {
    "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  private func performance(
    _ spec: ClusterSpec,
    _ stage: Stage,
    _ lines: [NumberedLine],
    seed: UInt64,
    file: String
  ) throws(Stop) -> Performance {
    let (images, imageProblems) = stage.images()
    guard imageProblems.isEmpty else { throw LoadedCourse.stop(imageProblems) }
    let simulation = Simulation(
      spec,
      images: images,
      seed: seed,
      script: lines,
      parser: stage.parser(spec.version),
      budget: 64
    )
    let problems = simulation.check().map { stage.diagnostic($0, Place(file)) }
    guard problems.isEmpty else { throw LoadedCourse.stop(problems) }
    return Performance(simulation, stage: stage, file: file)
  }

  /// A cluster of the course by its name, or a spec file.
  private func spec(_ name: String?, _ version: Version?, _ stage: Stage) throws(Stop) -> ClusterSpec {
    let wanted = name ?? (version == .then ? "reference-then" : "reference")
    let (spec, diagnostics): (ClusterSpec?, [Diagnostic])
    if course.cluster(wanted) != nil {
      (spec, diagnostics) = stage.cluster(wanted, at: Place("--cluster"))
    } else if Files.exists(wanted) {
      (spec, diagnostics) = Stage.cluster(text: try Files.text(wanted), file: wanted)
    } else {
      let known = course.clusters.map(\.name).joined(separator: ", ")
      throw Stop(.noInput, "--cluster \(wanted): no such file, and the course has only \(known)")
    }
    guard let spec else { throw LoadedCourse.stop(diagnostics) }
    if let version, spec.version != version {
      throw Stop(.usage, "--cluster \(wanted) is of version \(spec.version.rawValue), not \(version.rawValue)")
    }
    return spec
  }
}
