import Clockwork
import Curriculum
import Foundation

/// The built program from outside.
enum ProgramBenchmarks {
  static let all: [Benchmark] = [
    Benchmark(name: "start", run: start),
    Benchmark(name: "export", run: export),
    Benchmark(name: "grade", run: grade),
  ]

  /// From the start of the process to its end on an empty standard input: the first question is on the screen before.
  @Sendable static func start() throws -> [Result] {
    var best = Double.infinity
    var memory = 0.0
    for _ in 0..<20 {
      let (time, peak) = try run(["learn", "components/watch-not-orders", "--plain", "--forget"])
      best = min(best, time)
      memory = max(memory, peak)
    }
    return [
      Result(what: "start to first question and end, best of 20", measured: best * 1e3, budget: 20, unit: "ms"),
      Result(what: "start to first question: memory", measured: memory, budget: 64, unit: "MiB"),
    ]
  }

  @Sendable static func export() throws -> [Result] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "orrery-export-\(getpid())")
    defer { try? FileManager.default.removeItem(at: folder) }
    var best = Double.infinity
    for _ in 0..<5 { best = min(best, try run(["export", "-o", folder.path]).time) }
    return [Result(what: "export of the course, best of 5", measured: best, budget: 1, unit: "s")]
  }

  /// A million answers of a thousand learners to one variant; a Python loop only parses them in 3.4 s.
  @Sendable static func grade() throws -> [Result] {
    let file = FileManager.default.temporaryDirectory.appending(path: "orrery-answers-\(getpid()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let (course, _) = Course.load(.embedded)
    let questions = course.lessons.flatMap { lesson in
      lesson.questions.map { (lesson: lesson.path, question: $0) }
    }
    guard !questions.isEmpty else { return [] }
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    let handle = try FileHandle(forWritingTo: file)
    for learner in 0..<1_000 {
      var text = ""
      for number in 0..<1_000 {
        let (lesson, question) = questions[number % questions.count]
        let answer = question.options.first?.text ?? "web"
        text += """
          {"v":1,"course":"\(course.id)@\(course.version)","lesson":"\(lesson)","question":"\(question.id)",\
          "hash":"\(question.hash)","version":"now","seed":0,"choices":[],"learner":"learner-\(learner)",\
          "answer":["\(answer)"],"sure":true,"attempt":\(number / questions.count + 1),"hints":0,"ms":8412,\
          "at":"2026-11-22T08:00:00Z"}

          """
      }
      try handle.write(contentsOf: Data(text.utf8))
    }
    try handle.close()
    let (time, memory) = try run(["grade", file.path])
    return [
      Result(what: "grading 1,000,000 answers to one variant", measured: time, budget: 3.4 / 3, unit: "s"),
      Result(what: "grading 1,000,000 answers: memory", measured: memory, budget: 256, unit: "MiB"),
    ]
  }

  /// Seconds and MiB of one run of the program with nothing on its standard input.
  private static func run(_ arguments: [String]) throws -> (time: Double, memory: Double) {
    let program = ProcessInfo.processInfo.environment["ORRERY"] ?? ".build/release/orrery"
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let time = try seconds {
      try process.run()
      process.waitUntilExit()
    }
    var usage = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    return (time, Double(usage.ru_maxrss) / 1024)
  }
}
