import Foundation

/// The built program, run as a shell would.
struct Program {
  /// What a run left behind.
  struct Run {
    var status: Int32
    var output: String
    var errors: String
  }

  /// It stands beside the program that runs the tests.
  static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "orrery").path

  /// Runs a command line; the environment holds nothing of the person's own course, language or answers.
  static func run(
    _ arguments: [String],
    input: String = "",
    in folder: Folder? = nil,
    environment: [String: String] = [:],
    program: String = path
  ) throws -> Run {
    let scratch = try Folder()
    try scratch.write(input, to: "in")
    for name in ["out", "err"] { try scratch.write("", to: name) }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = (folder ?? scratch).url
    process.environment = ["LANG": "C.UTF-8", "HOME": scratch.path].merging(environment) { $1 }
    // Files instead of pipes: nobody has to read while the program writes.
    process.standardInput = try FileHandle(forReadingFrom: scratch.url.appending(path: "in"))
    process.standardOutput = try FileHandle(forWritingTo: scratch.url.appending(path: "out"))
    process.standardError = try FileHandle(forWritingTo: scratch.url.appending(path: "err"))
    try process.run()
    process.waitUntilExit()
    // Whoever is ended by a signal has no status of its own.
    let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return Run(status: status, output: try scratch.text("out"), errors: try scratch.text("err"))
  }
}

/// A folder that is gone when nobody needs it any more.
final class Folder {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "orrery-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String { try write(Data(text.utf8), to: name) }

  @discardableResult
  func write(_ bytes: Data, to name: String) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
    return file.path
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
  }

  func replace(_ old: String, with new: String, in name: String) throws {
    try write(try text(name).replacing(old, with: new), to: name)
  }
}

/// The files of this package.
enum Package {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The course that CONTRIBUTING shows: a path in a code span and a colon, then a fence with what stands in the file.
  static func writeExample(to folder: Folder) throws {
    var path: String? = nil
    var fence: String? = nil
    var text = ""
    for line in try Package.text("CONTRIBUTING.md").split(separator: "\n", omittingEmptySubsequences: false) {
      if let open = fence, let file = path {
        if line == open {
          try folder.write(text, to: file)
          (path, fence, text) = (nil, nil, "")
        } else {
          text += "\(line)\n"
        }
      } else if let match = line.wholeMatch(of: /`((?:Lessons|Content)\/[^`]+)`:/) {
        path = String(match.1)
      } else if path != nil, line.hasPrefix("```") {
        fence = String(line.prefix { $0 == "`" })
      }
    }
  }
}
