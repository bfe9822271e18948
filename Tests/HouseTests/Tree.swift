import Foundation

/// The files of this package as its tidy rules see them.
enum Tree {
  /// The folder that holds the manifest.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Paths of the files below a folder of the package, in order; hidden files and build folders are left out.
  static func paths(in folder: String) -> [String] {
    let inner = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
    var found: [String] = []
    for path in inner {
      let parts = path.split(separator: "/")
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: root.appending(path: "\(folder)/\(path)").path, isDirectory: &isFolder)
      if !isFolder.boolValue, !parts.contains(where: { $0.hasPrefix(".") }) { found.append("\(folder)/\(path)") }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// Every Swift file below a folder, read and stripped.
  static func swift(in folder: String) throws -> [SwiftFile] {
    try all.get().filter { $0.path.hasPrefix("\(folder)/") }
  }

  /// Stripping takes a while, so it is done once for all rules.
  private static let all = Result {
    try (paths(in: "Sources") + paths(in: "Tests")).filter { $0.hasSuffix(".swift") }
      .map { SwiftFile(path: $0, text: try text($0)) }
  }

  /// Every file that people wrote: sources, tests, lessons, words and the documents of the root.
  static func written() throws -> [(path: String, text: String)] {
    let inFolders = ["Sources", "Tests", "Lessons", "Content"].flatMap { paths(in: $0) }
    let inRoot = ["Package.swift", "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", ".swift-format"]
    let scripts = ["run", "test", "wasm", "need", "browser", "course-changed", "determinism"].map { ".ci/\($0)" }
    return try (inFolders + inRoot + scripts)
      .filter { !$0.hasSuffix(".png") && exists($0) }
      .map { ($0, try text($0)) }
  }
}

/// A Swift file: what stands in it, and the same with comments and the words of literals blanked out.
struct SwiftFile {
  let path: String
  let text: String
  let code: String

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = SwiftScanner.code(of: text)
  }

  /// The lines of the code with their numbers, from 1.
  var lines: [(number: Int, line: Substring)] {
    code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0.offset + 1, $0.element) }
  }
}

/// A place where a rule of the house is broken.
struct Finding: Equatable, CustomStringConvertible {
  let path: String
  let line: Int
  let what: String

  var description: String { "\(path):\(line): \(what)" }
}
