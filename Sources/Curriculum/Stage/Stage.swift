import Clockwork
public import Kubernetes

/// Builds the cluster and reads the script that a lesson, or a person at the command line, asks for.
public struct Stage {
  public let course: Course
  /// The words in which mistakes of a script are said.
  public let language: Language
  /// The text of a file beside the script, or of the course's own manifests; nothing where there is none.
  private let file: (String) -> String?
  private let known = Known()

  /// What was read of the course already, shared by the copies of a stage: it is the same for every variant.
  private final class Known {
    var clusters: [String: (spec: ClusterSpec?, diagnostics: [Diagnostic])] = [:]
    var images: (images: Images, diagnostics: [Diagnostic])? = nil
  }

  public init(_ course: Course, language: Language, file: @escaping (String) -> String? = { _ in nil }) {
    self.course = course
    self.language = language
    self.file = { path in file(path) ?? course.manifest(path)?.text }
  }

  // MARK: Clusters

  /// A cluster of the course by its name.
  public func cluster(_ name: String, at place: Place = Place("")) -> (spec: ClusterSpec?, diagnostics: [Diagnostic]) {
    guard let found = course.cluster(name), let document = found.spec else {
      let known = course.clusters.map(\.name).joined(separator: ", ")
      return (nil, [Diagnostic(place, .error, "there is no cluster \"\(name)\"", fix: "use one of: \(known)")])
    }
    if let read = known.clusters[name] { return read }
    let read = Stage.spec(document)
    known.clusters[name] = read
    return read
  }

  /// A cluster from the text of a spec file.
  public static func cluster(text: String, file: String) -> (spec: ClusterSpec?, diagnostics: [Diagnostic]) {
    let (documents, diagnostics) = YAMLDocument.parse(text, file: file)
    guard diagnostics.isEmpty, let document = documents.first else {
      return (
        nil, diagnostics.isEmpty ? [Diagnostic(Place(file), .error, "there is no cluster in this file")] : diagnostics
      )
    }
    return spec(document)
  }

  private static func spec(_ document: YAMLDocument) -> (spec: ClusterSpec?, diagnostics: [Diagnostic]) {
    var problems: [FieldProblem] = []
    let spec = ClusterSpec(document.value, problems: &problems)
    let diagnostics = problems.map { Diagnostic(document.place(of: $0.path), .error, $0.text) }
    return (diagnostics.isEmpty ? spec : nil, diagnostics)
  }

  /// The cluster of a lesson in the version that is asked for.
  ///
  /// A cluster `reference` of the other version is the file `reference-then` (or `-now`) where there is one.
  func cluster(of lesson: Lesson, version: Version?) -> (spec: ClusterSpec?, diagnostics: [Diagnostic]) {
    let (spec, diagnostics) = cluster(lesson.cluster.text, at: lesson.cluster.place)
    guard let spec, let version, spec.version != version else { return (spec, diagnostics) }
    let base = lesson.cluster.text.split(separator: "-").first.map(String.init) ?? lesson.cluster.text
    for name in ["\(lesson.cluster.text)-\(version.rawValue)", base]
    where course.cluster(name) != nil {
      let other = cluster(name, at: lesson.cluster.place)
      if other.spec?.version == version || other.spec == nil { return other }
    }
    let summary = "cluster \"\(lesson.cluster.text)\" has no twin for version \(version.rawValue)"
    return (
      nil,
      [
        Diagnostic(
          lesson.cluster.place,
          .error,
          summary,
          fix: "add Lessons/clusters/\(lesson.cluster.text)-\(version.rawValue).yaml"
        )
      ]
    )
  }

  // MARK: Images

  public func images() -> (images: Images, diagnostics: [Diagnostic]) {
    guard let document = course.images else { return (Images(), []) }
    if let read = known.images { return read }
    var problems: [FieldProblem] = []
    let images = Images(document.value, problems: &problems)
    let read = (images: images, diagnostics: problems.map { Diagnostic(document.place(of: $0.path), .error, $0.text) })
    known.images = read
    return read
  }

  // MARK: Scripts

  public func parser(_ version: Version) -> ScriptParser {
    let file = file
    return ScriptParser(version: version) { path in
      guard let text = file(path) else {
        let fact = Fact("script.no-file", ("path", .string(path)))
        return .problems([ScriptProblem(line: 0, column: 0, fact: fact, file: path)])
      }
      return ManifestReader.file(text, named: path)
    }
  }

  /// A script from its text, with everything that is wrong with it.
  public func script(
    _ text: String,
    file: String,
    version: Version
  ) -> (lines: [NumberedLine], diagnostics: [Diagnostic]) {
    let (lines, problems) = parser(version).parse(text)
    return (lines, problems.map { diagnostic($0, Place(file)) })
  }

  /// The lines of a lesson's script, each with its own place in the lesson file.
  public func script(_ texts: [PlacedText], version: Version) -> (lines: [NumberedLine], diagnostics: [Diagnostic]) {
    let parser = parser(version)
    var lines: [NumberedLine] = []
    var diagnostics: [Diagnostic] = []
    for text in texts {
      let (line, problems) = parser.parse(line: text.text, number: text.place.line)
      if let line { lines.append(NumberedLine(number: text.place.line, text: text.text, line: line)) }
      diagnostics += problems.map { problem in
        var place = text.place
        place.column += max(0, problem.column - 1)
        return diagnostic(problem, place, keep: true)
      }
    }
    return (lines, diagnostics)
  }

  /// A problem of a script in words, at its place.
  public func diagnostic(_ problem: ScriptProblem, _ place: Place, keep: Bool = false) -> Diagnostic {
    var arguments: [String: String] = [:]
    for entry in problem.fact.arguments { arguments[entry.key] = entry.value.plain }
    var there = place
    if !problem.file.isEmpty {
      there = Place(problem.file, line: problem.line, column: problem.column)
    } else if !keep {
      there = Place(place.file, line: problem.line, column: problem.column)
    }
    if problem.fact.key == "script.file" {
      return Diagnostic(there, .error, arguments["summary"] ?? "", fix: arguments["fix"])
    }
    let fix = language.words["\(problem.fact.key).fix"].map { _ in language.text("\(problem.fact.key).fix", arguments) }
    return Diagnostic(there, .error, language.text(problem.fact.key, arguments), fix: fix)
  }

  // MARK: Simulations

  /// The cluster of a lesson's variant at the beginning of its script.
  ///
  /// The lesson must already be the variant of the seed, so that names in the script are its own.
  public func simulation(
    of lesson: Lesson,
    seed: UInt64,
    version: Version? = nil,
    extra: [PlacedText] = [],
    budget: Int = 4096,
    supposing rule: FalseRule? = nil
  ) -> (simulation: Simulation?, diagnostics: [Diagnostic]) {
    let wanted = version ?? Version(rawValue: lesson.version)
    var (spec, diagnostics) = cluster(of: lesson, version: wanted)
    let (images, imageProblems) = images()
    diagnostics += imageProblems
    guard let spec else { return (nil, diagnostics) }
    let (lines, problems) = script(lesson.script + extra, version: spec.version)
    diagnostics += problems
    guard diagnostics.isEmpty else { return (nil, diagnostics) }
    let simulation = Simulation(
      spec.varied(seed),
      images: images,
      seed: seed,
      script: lines,
      parser: parser(spec.version),
      budget: budget,
      supposing: rule
    )
    diagnostics += simulation.check().map { diagnostic($0, lesson.place) }
    return (diagnostics.isEmpty ? simulation : nil, diagnostics)
  }
}
