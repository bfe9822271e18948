import Foundation

/// Measures the budgets of the design and prints each as a share of what is allowed.
///
/// Without arguments every benchmark runs in a process of its own, so that one's memory is not another's.
@main
struct Benchmarks {
  static let all: [Benchmark] = ModelBenchmarks.all + PacketBenchmarks.all + ProgramBenchmarks.all

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

/// A measured number beside its budget, or beside what something real does.
struct Result {
  let what: String
  let measured: Double
  let reference: Double?
  let isBudget: Bool
  let unit: String

  init(what: String, measured: Double, budget: Double, unit: String) {
    self.what = what
    self.measured = measured
    reference = budget
    isBudget = true
    self.unit = unit
  }

  init(what: String, measured: Double, beside real: Double?, unit: String) {
    self.what = what
    self.measured = measured
    reference = real
    isBudget = false
    self.unit = unit
  }

  static let heading = Result.row("what", "measured", "budget", "share")

  var line: String {
    guard let reference else { return Result.row(what, "\(Result.text(measured)) \(unit)", "", "") }
    let ratio = measured / reference
    let share = String(format: "%.2f", ratio) + (isBudget && ratio > 1 ? "  over" : "")
    return Result.row(
      what,
      "\(Result.text(measured)) \(unit)",
      "\(Result.text(reference)) \(unit)",
      isBudget ? share : "x \(share)"
    )
  }

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

/// Seconds that this process computes, whatever else the machine does meanwhile.
func busySeconds(_ work: () throws -> Void) rethrows -> Double {
  func busy() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
  let start = busy()
  try work()
  return busy() - start
}

/// The most memory this process has had, in MiB.
func peakMemory() -> Double {
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return 0 }
  for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
    return (Double(line.filter(\.isNumber)) ?? 0) / 1024
  }
  return 0
}
