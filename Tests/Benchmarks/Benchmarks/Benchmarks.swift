import Foundation

/// Measures the budgets of the design and prints each as a share of what is allowed.
///
/// Without arguments every benchmark runs in a process of its own, so that one's memory is not another's.
@main
struct Benchmarks {
  static let all: [Benchmark] = ModelBenchmarks.all + ProgramBenchmarks.all

  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--one", let name = arguments.dropFirst().first {
      for benchmark in all where benchmark.name == name {
        for result in try benchmark.run() { print(result.line) }
      }
      return
    }
    if arguments.first == "--list" {
      for benchmark in all { print(benchmark.name) }
      return
    }
    if arguments.first == "--census" {
      ModelBenchmarks.census()
      return
    }
    if arguments.isEmpty { arguments = all.map(\.name)[...] }
    FileHandle.standardOutput.write(Data("\(Result.heading)\n".utf8))
    for name in arguments {
      let process = Process()
      process.executableURL = URL(filePath: CommandLine.arguments[0])
      process.arguments = ["--one", name]
      try process.run()
      process.waitUntilExit()
      if process.terminationStatus != 0 { print("\(name): it ended with status \(process.terminationStatus)") }
    }
  }
}

/// One thing to measure.
struct Benchmark: Sendable {
  let name: String
  let run: @Sendable () throws -> [Result]
}

/// A measured number beside its budget.
struct Result {
  let what: String
  let measured: Double
  let budget: Double
  let unit: String

  static let heading = Result.row("what", "measured", "budget", "share")

  var line: String {
    Result.row(
      what,
      "\(Result.text(measured)) \(unit)",
      "\(Result.text(budget)) \(unit)",
      Result.share(measured / budget)
    )
  }

  private static func share(_ ratio: Double) -> String { String(format: "%.2f", ratio) + (ratio > 1 ? "  over" : "") }

  private static func text(_ number: Double) -> String {
    number >= 100 ? String(format: "%.0f", number) : String(format: "%.2f", number)
  }

  private static func row(_ what: String, _ measured: String, _ budget: String, _ share: String) -> String {
    func left(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
    let name = what + String(repeating: " ", count: max(0, 58 - what.count))
    return "\(name) \(left(measured, 13)) \(left(budget, 13))  \(share)"
  }
}

/// Seconds that a piece of work takes.
func seconds(_ work: () throws -> Void) rethrows -> Double {
  let duration = try ContinuousClock().measure(work)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

/// The most memory this process has had, in MiB.
func peakMemory() -> Double {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
  for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
    return (Double(line.filter(\.isNumber)) ?? 0) / 1024
  }
  return 0
}
