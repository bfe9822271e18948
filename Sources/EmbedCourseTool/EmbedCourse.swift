import FoundationEssentials

/// Writes the course as Swift source: `embed-course ROOT OUTPUT` reads `ROOT/Lessons` and `ROOT/Content`.
@main
enum EmbedCourse {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { throw Failure("usage: embed-course ROOT OUTPUT") }
    var source = "// Made by embed-course from Lessons and Content; do not edit.\n\n"
    source += "/// The course that travels inside the program.\n"
    source += "enum EmbeddedCourse {\n"
    source += "  static let files: [(path: String, text: String)] = [\n"
    for path in try paths(in: ["Lessons", "Content"], below: arguments[1]) {
      let text = try read("\(arguments[1])/\(path)")
      source += "(path: \(RawLiteral.line(path)), text: \(RawLiteral.block(text))),\n"
    }
    source += "  ]\n}\n"
    // An output that is already right stays untouched, so that nothing is compiled for nothing.
    if (try? read(arguments[2])) != source {
      try Data(source.utf8).write(to: URL(filePath: arguments[2]), options: .atomic)
    }
  }

  /// Every file below the folders, in the order of its path's bytes; a name that begins with a dot is left out.
  static func paths(in folders: [String], below root: String) throws -> [String] {
    var found: [String] = []
    for folder in folders where FileManager.default.fileExists(atPath: "\(root)/\(folder)") {
      for inner in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)") {
        let path = "\(folder)/\(inner)"
        var isFolder = false
        _ = FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder)
        let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
        if !isFolder, !isHidden { found.append(path) }
      }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The text of a file, which must be UTF-8: a literal can hold nothing else.
  static func read(_ path: String) throws -> String {
    let data = try Data(contentsOf: URL(filePath: path))
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure("\(path): error: the file is not valid UTF-8")
    }
    return text
  }
}

/// What went wrong, in words for the person who builds.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
