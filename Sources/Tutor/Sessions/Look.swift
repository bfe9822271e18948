import Clockwork
import Curriculum
import Kubernetes

/// What a look at the cluster shows: the text that the tool prints.
public struct Look: Equatable, Sendable {
  public var text: String
  /// Why the line could not be run.
  public var problems: [Diagnostic]

  /// Runs a line in a fork and gives what it printed; the run itself is left alone.
  ///
  /// kubectl looks through kube-apiserver like everybody else: with it stopped, it says so.
  static func run(_ line: String, in run: Run, studio: Studio) -> Look {
    let (lines, problems) = studio.lines([PlacedText(line, place: Place("", line: 1, column: 1))], version: run.version)
    guard problems.isEmpty else { return Look(text: "", problems: problems) }
    var ahead = run.fork()
    ahead.append(lines)
    // A command of the story may still be on its way: what it prints is no part of the look.
    let others = ahead.simulation.linesBegun
    var start: Int? = nil
    for _ in 0..<20_000 {
      let isMore = ahead.expected() != nil
      let isAtLook = ahead.simulation.linesBegun > others && ahead.simulation.kubectl?.isAtLastCommand != false
      if start == nil, isAtLook { start = ahead.position }
      guard isMore, ahead.step() != nil else { break }
    }
    let tool = line.hasPrefix("kubectl") ? "kubectl" : "view"
    var out = ""
    for row in ahead.simulation.rows(from: start ?? ahead.position) where row.record.actor == tool {
      guard !row.record.note.isEmpty, row.record.verb == "print" || tool == "view" else { continue }
      out += row.record.note
      if !out.hasSuffix("\n") { out += "\n" }
    }
    return Look(text: out, problems: ahead.simulation.problems.map { _ in Diagnostic(Place(""), .error, line) })
  }
}
