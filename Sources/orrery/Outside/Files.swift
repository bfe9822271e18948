import FoundationEssentials
import Glibc

/// Reading and writing files; what goes wrong ends the program with the path and the reason.
enum Files {
  /// Manifests, scripts and courses are smaller than this by far; `/dev/zero` is not.
  private static let mostBytes = 64 << 20

  /// The bytes of a file, or of standard input for `-`.
  static func bytes(_ path: String) throws(Stop) -> [UInt8] {
    var bytes: [UInt8] = []
    try pieces(path) { piece throws(Stop) in
      bytes.append(contentsOf: piece)
      if bytes.count > mostBytes {
        throw Stop(.badData, "\(name(path)): it is larger than \(mostBytes >> 20) MiB")
      }
    }
    return bytes
  }

  /// Hands on a file, or standard input for `-`, piece by piece; only one piece is held.
  static func pieces(
    _ path: String,
    size: Int = 1 << 16,
    _ take: (UnsafeRawBufferPointer) throws(Stop) -> Void
  ) throws(Stop) {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Stop(.noInput, "\(path): \(systemReason())") }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = read(descriptor, piece.baseAddress, piece.count)
      if count > 0 {
        try take(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      } else if count == 0 {
        return
      } else if errno != EINTR {
        throw Stop(.noInput, "\(name(path)): \(systemReason())")
      }
    }
  }

  /// What a path is called in a message.
  static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

  /// The text of a file that must be UTF-8, or of standard input for `-`; a byte order mark is dropped.
  static func text(_ path: String) throws(Stop) -> String {
    var bytes = try bytes(path)[...]
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes = bytes.dropFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Stop(.badData, "\(name(path)): this is not UTF-8 text")
    }
    return text
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a path leads to a plain file: no folder, and nothing that waits for a writer.
  private static func isPlain(_ path: String) -> Bool {
    var about = stat()
    return stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFREG
  }

  /// Every file of a course folder, by its path within the folder and in the order of the paths' bytes.
  ///
  /// Courses are written in YAML and Markdown; pictures and notes beside them are nobody's business here.
  static func course(_ folder: String) throws(Stop) -> [(path: String, text: String)] {
    guard exists(folder) else { throw Stop(.noInput, "\(folder): \(systemReason())") }
    var paths: [String] = []
    for part in ["Lessons", "Content"] where exists("\(folder)/\(part)") {
      guard let inner = try? FileManager.default.subpathsOfDirectory(atPath: "\(folder)/\(part)") else {
        throw Stop(.noInput, "\(folder)/\(part): this is no folder that can be read")
      }
      paths += inner.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".md") }.map { "\(part)/\($0)" }
    }
    guard !paths.isEmpty else {
      throw Stop(.noInput, "\(folder): there is no course here; a course has the folders Lessons and Content")
    }
    paths.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var files: [(path: String, text: String)] = []
    for path in paths where !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
      if isPlain("\(folder)/\(path)") { files.append((path, try text("\(folder)/\(path)"))) }
    }
    return files
  }

  /// Writes a file and the folders on the way to it; a reader sees the old file or the new one, never a half.
  static func write(_ text: String, to path: String) throws(Stop) { try write(Array(text.utf8), to: path) }

  static func write(_ bytes: [UInt8], to path: String) throws(Stop) {
    let url = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw Stop(.cannotCreate, "\(path): its folder cannot be made: \(error)")
    }
    do {
      try Data(bytes).write(to: url, options: .atomic)
    } catch {
      throw Stop(.cannotCreate, "\(path): it cannot be written: \(error)")
    }
  }
}
