import ArgumentParser
import Clockwork
import Curriculum
import Kubernetes

/// Which course, in which language: the same for every command.
struct CourseOptions: ParsableArguments {
  @Option(name: .customLong("course"), help: "A folder with a course of your own (or the variable ORRERY_COURSE).")
  var folder: String?

  @Option(name: .customLong("lang"), help: "en or ko; otherwise as the locale says.")
  var language: String?

  /// The course, or an end with every mistake that keeps it from being used.
  func load() throws(Stop) -> LoadedCourse {
    let source: CourseSource
    if let path = folder ?? Environment.value("ORRERY_COURSE") {
      source = CourseSource(try Files.course(path))
    } else {
      source = .embedded
    }
    let (course, diagnostics) = Course.load(source)
    let errors = diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw Stop(.badData, Diagnostic.inReadingOrder(errors).map(\.description).joined(separator: "\n"))
    }
    let code = language ?? Environment.language
    guard course.languages.isEmpty || course.languages.contains(where: { $0.code == code }) else {
      let known = course.languages.map(\.code).joined(separator: ", ")
      if language == nil, let first = course.languages.first { return LoadedCourse(course: course, language: first) }
      throw Stop(.usage, "there is no language \"\(code)\" in this course; it has \(known)")
    }
    return LoadedCourse(course: course, language: course.language(code))
  }
}

/// A course that can be used, with the language a person reads.
struct LoadedCourse {
  let course: Course
  let language: Language

  /// The lesson of a path such as `components/create-pod`; its id alone will do.
  func lesson(_ path: String) throws(Stop) -> Lesson {
    if let lesson = course.lesson(path) { return lesson }
    let named = course.lessons.filter { $0.id == path }
    if named.count == 1, let lesson = named.first { return lesson }
    let known = course.lessons.map(\.path).joined(separator: "\n  ")
    throw Stop(.noInput, "there is no lesson \"\(path)\"; the course has\n  \(known)")
  }

  func simulation(of path: String, seed: UInt64, version: Version?) throws(Stop) -> Simulation {
    let lesson = try lesson(path).variant(seed: seed)
    let (simulation, diagnostics) = Stage(course, language: language).simulation(
      of: lesson,
      seed: seed,
      version: version
    )
    guard let simulation else { throw LoadedCourse.stop(diagnostics) }
    return simulation
  }

  /// A simulation that follows a script; files are found beside it.
  func simulation(
    script text: String,
    at path: String,
    cluster: String?,
    _ version: Version?,
    seed: UInt64
  ) throws(Stop) -> Simulation {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let stage = Stage(course, language: language) { name in
      let beside = folder.isEmpty || name.hasPrefix("/") ? name : "\(folder)/\(name)"
      return try? Files.text(beside)
    }
    let spec = try spec(cluster, version, stage)
    let (lines, problems) = stage.script(text, file: path == "-" ? "standard input" : path, version: spec.version)
    guard problems.isEmpty else { throw LoadedCourse.stop(problems) }
    return try simulation(spec, stage, lines, seed: seed, file: path)
  }

  /// A simulation that applies manifests and goes on until nothing is left to do.
  func simulation(manifests: [String], cluster: String?, _ version: Version?, seed: UInt64) throws(Stop) -> Simulation {
    var texts: [(path: String, text: String)] = []
    for path in manifests { texts.append((path, try Files.text(path))) }
    let all = texts
    let stage = Stage(course, language: language) { name in all.first { $0.path == name }?.text }
    let spec = try spec(cluster, version, stage)
    // Nothing is applied unless every file is good.
    let diagnostics = all.flatMap { ManifestReader.objects($0.text, file: $0.path).diagnostics }
    guard diagnostics.isEmpty else { throw LoadedCourse.stop(diagnostics) }
    let script = all.map { "kubectl apply -f '\($0.path)'" }.joined(separator: "\n") + "\nadvance 60s\n"
    let (lines, problems) = stage.script(script, file: "manifests", version: spec.version)
    guard problems.isEmpty else { throw LoadedCourse.stop(problems) }
    return try simulation(spec, stage, lines, seed: seed, file: manifests.first ?? "")
  }

  private func simulation(
    _ spec: ClusterSpec,
    _ stage: Stage,
    _ lines: [NumberedLine],
    seed: UInt64,
    file: String
  ) throws(Stop) -> Simulation {
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
    return simulation
  }

  /// A cluster of the course by its name, or a spec file.
  private func spec(_ name: String?, _ version: Version?, _ stage: Stage) throws(Stop) -> ClusterSpec {
    let wanted = name ?? (version == .then ? "reference-then" : "reference")
    let (spec, diagnostics): (ClusterSpec?, [Diagnostic])
    if course.cluster(wanted) == nil, Files.exists(wanted) {
      (spec, diagnostics) = Stage.cluster(text: try Files.text(wanted), file: wanted)
    } else {
      (spec, diagnostics) = stage.cluster(wanted, at: Place("--cluster"))
    }
    guard let spec else { throw LoadedCourse.stop(diagnostics) }
    if let version, spec.version != version {
      throw Stop(.usage, "--cluster \(wanted) is of version \(spec.version.rawValue), not \(version.rawValue)")
    }
    return spec
  }

  static func stop(_ diagnostics: [Diagnostic]) -> Stop {
    Stop(.badData, Diagnostic.inReadingOrder(diagnostics).map(\.description).joined(separator: "\n"))
  }
}
