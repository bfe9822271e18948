import FoundationEssentials
import Glibc

/// Reading and writing files; what goes wrong ends the program with the path and the reason.
enum Files {
  /// The bytes of a file, or of standard input for `-`.
  static func bytes(_ path: String) throws(Stop) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY)
    guard descriptor >= 0 else { throw Stop(.noInput, "\(path): \(systemReason())") }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count > 0 {
        bytes.append(contentsOf: piece[..<count])
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        throw Stop(.noInput, "\(path): \(systemReason())")
      }
    }
  }

  /// The text of a file that must be UTF-8, or of standard input for `-`.
  static func text(_ path: String) throws(Stop) -> String {
    let bytes = try bytes(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Stop(.badData, "\(path): this is not UTF-8 text")
    }
    return text
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Every file of a course folder, by its path within the folder and in the order of the paths' bytes.
  static func course(_ folder: String) throws(Stop) -> [(path: String, text: String)] {
    var paths: [String] = []
    for part in ["Lessons", "Content"] where exists("\(folder)/\(part)") {
      guard let inner = try? FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(part)") else {
        throw Stop(.noInput, "\(folder)/\(part): \(systemReason())")
      }
      paths += inner.map { "\(part)/\($0)" }
    }
    guard !paths.isEmpty else {
      throw Stop(.noInput, "\(folder): there is no course here; a course has the folders Lessons and Content")
    }
    paths.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var files: [(path: String, text: String)] = []
    for path in paths where !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
      var isFolder = false
      _ = FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
      if !isFolder { files.append((path, try text("\(folder)/\(path)"))) }
    }
    return files
  }

  /// Writes a file and the folders on the way to it; a reader sees the old file or the new one, never a half.
  static func write(_ text: String, to path: String) throws(Stop) {
    let url = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw Stop(.cannotCreate, "\(path): its folder cannot be made: \(error)")
    }
    do {
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw Stop(.cannotCreate, "\(path): it cannot be written: \(error)")
    }
  }
}
