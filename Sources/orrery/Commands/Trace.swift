import ArgumentParser
import Clockwork
import Curriculum
import Kubernetes

/// `orrery trace`: runs without questions and prints every row.
struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a lesson, manifests or a script without questions, and print what happened.",
    discussion: """
      Rows are printed as text, or as JSON Lines with n, t_ms, actor, verb, resource, subresource, namespace, name, \
      code, resourceVersion and note. What kubectl prints is a row of kubectl.

      A script is a list of lines: kubectl commands as you type them, preload, break, repair, slow, cut, mend, kill, \
      advance, until, mark, send, and looks such as hops, iptables-save or tcpdump. Its files are found beside it. Manifests are applied together, or not at all where one has a mistake.
      """
  )

  /// How rows are printed.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text
    case jsonl
    case mermaid
  }

  @Argument(help: "A lesson, such as components/create-pod.")
  var lesson: String?

  @Option(name: [.customShort("f"), .long], parsing: .upToNextOption, help: "Manifests to apply; - is standard input.")
  var file: [String] = []

  @Option(help: "A script to follow; - is standard input.")
  var script: String?

  @Option(help: "A cluster of the course, or a file with a cluster spec.")
  var cluster: String?

  @Option(help: "Which variant: other names and addresses, other choices among equals.")
  var seed: UInt64 = 0

  @Option(help: "Another legal order, drawn from this number.")
  var order: UInt64?

  @Option(help: "Kubernetes as it was (then, 1.20) or is (now, 1.35).")
  var version: Version?

  @Option(help: "text, jsonl or mermaid (a sequence diagram).")
  var output: Format = .text

  @Option(help: "Stop after this many steps.")
  var steps: Int = 1_000_000

  @Option(
    name: .customLong("pcap"),
    help: "Write what every machine and every Pod saw at its interfaces into this folder, for Wireshark and tcpdump."
  )
  var captures: String?

  @Flag(help: "Print the digest of the run at the end.")
  var digest = false

  @OptionGroup var course: CourseOptions

  func validate() throws {
    let sources = (lesson == nil ? 0 : 1) + (file.isEmpty ? 0 : 1) + (script == nil ? 0 : 1)
    guard sources == 1 else {
      throw ValidationError("Name one of: a lesson, -f FILE, --script FILE.")
    }
    if lesson != nil, cluster != nil { throw ValidationError("A lesson brings its own cluster: leave out --cluster.") }
    if file.filter({ $0 == "-" }).count > 1 { throw ValidationError("Standard input can be read only once.") }
    if steps < 0 { throw ValidationError("--steps must not be negative.") }
  }

  func run() throws {
    var performance = try performance()
    let isFinished = follow(&performance.simulation)
    let simulation = performance.simulation
    if output == .mermaid { Output.write(Mermaid.text(simulation)) } else { print(simulation) }
    if digest { Output.line("\(output == .mermaid ? "%% " : "")digest \(simulation.digest.text)") }
    if let captures { try write(simulation.captures, to: captures) }
    let diagnostics = performance.diagnostics
    for diagnostic in diagnostics { Output.complain(diagnostic.printed) }
    if !isFinished { throw Stop(.findings, "stopped after \(steps) steps; --steps N allows more") }
    if diagnostics.contains(where: { $0.severity == .error }) { throw Stop(.badData) }
    if !diagnostics.isEmpty { throw Stop(.findings) }
  }

  /// One file for each machine and each Pod.
  private func write(_ files: [CaptureFile], to folder: String) throws(Stop) {
    if files.isEmpty {
      throw Stop(
        .findings,
        "--pcap: no packet was sent; a line of a script such as `send http://svc/web from node1` sends some"
      )
    }
    for file in files { try Files.write(file.bytes, to: "\(folder)/\(file.name)") }
  }

  private func follow(_ simulation: inout Simulation) -> Bool {
    var chooser = Seeded<Kube>(seed: order ?? 0)
    for _ in 0..<steps {
      let progress = order == nil ? simulation.step() : simulation.step(&chooser)
      if case .finished = progress { return true }
    }
    return simulation.expected() == nil
  }

  private func performance() throws -> Performance {
    let course = try course.load()
    if let lesson { return try course.performance(of: lesson, seed: seed, version: version) }
    if let script { return try course.performance(script: script, cluster: cluster, version, seed: seed) }
    return try course.performance(manifests: file, cluster: cluster, version, seed: seed)
  }

  private func print(_ simulation: Simulation) {
    var out = ""
    for row in simulation.rows {
      switch output {
      case .jsonl: out += row.value.canonical + "\n"
      case .text, .mermaid: out += Trace.text(row) + "\n"
      }
      if out.utf8.count > 1 << 16 {
        Output.write(out)
        out = ""
      }
    }
    Output.write(out)
  }

  /// A row for people: the time, who acted, what it did to what, and the remark.
  static func text(_ row: Row) -> String {
    let record = row.record
    if record.verb == "mark" { return "── \(record.name) ──" }
    let seconds = "\(row.time / 1000).\(pad(row.time % 1000))"
    var words = [record.verb]
    if !record.resource.isEmpty {
      words.append(record.subresource.isEmpty ? record.resource : "\(record.resource)/\(record.subresource)")
    }
    if !record.name.isEmpty { words.append(record.name) }
    if let code = record.code { words.append("\(code)") }
    var line = "\(left(seconds, 9)) s  \(right(record.actor, 24)) \(words.joined(separator: " "))"
    let notes = record.note.split(separator: "\n", omittingEmptySubsequences: false)
    if notes.count == 1, let note = notes.first {
      line += "  \(note)"
    } else {
      for note in notes where !note.isEmpty { line += "\n            | \(note)" }
    }
    return line
  }

  private static func pad(_ milliseconds: Time) -> String {
    let digits = "\(milliseconds)"
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  private static func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func right(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension Version: ExpressibleByArgument {}
