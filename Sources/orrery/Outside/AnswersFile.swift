import Glibc

/// A file of lines that only grows: answers, or the places where learners stopped.
///
/// Each line is added with one write while the file is locked, and answers are on the disk before the lesson goes on:
/// whoever is killed loses none, and two programs that write at once do not mix their lines.
final class AnswersFile {
  let path: String
  private let descriptor: Int32
  /// A device or a pipe can be written to, but neither locked nor read back.
  let isRegular: Bool

  /// Opens a file for adding, and makes it and its folders where they are not there.
  init(_ path: String) throws(Stop) {
    self.path = path
    try Self.makeFolders(of: path)
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw Stop(.cannotCreate, "\(path): answers cannot be kept here: \(systemReason())") }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw Stop(.cannotCreate, "\(path): answers cannot be kept here: \(systemReason())")
    }
    isRegular = status.st_mode & S_IFMT == S_IFREG
  }

  deinit { close(descriptor) }

  private static func makeFolders(of path: String) throws(Stop) {
    var at = ""
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
    for (index, part) in parts.enumerated() {
      at += (index > 0 || path.hasPrefix("/") ? "/" : "") + part
      if mkdir(at, 0o700) != 0, errno != EEXIST, errno != EISDIR, access(at, F_OK) != 0 {
        throw Stop(.cannotCreate, "\(at): this folder cannot be made: \(systemReason())")
      }
    }
  }

  /// Everything that stands in the file.
  func read() throws(Stop) -> [UInt8] { isRegular ? try Files.bytes(path) : [] }

  /// Adds a line.
  ///
  /// A line before it that was never finished gets its end first. What could not be written whole is taken back.
  func append(_ line: String, isLasting: Bool = true) throws(Stop) {
    lock()
    defer { unlock() }
    let size = lseek(descriptor, 0, SEEK_END)
    var bytes = Array(line.utf8)
    bytes.append(0x0a)
    if isRegular, size > 0 {
      var last: UInt8 = 0x0a
      if pread(descriptor, &last, 1, size - 1) == 1, last != 0x0a { bytes.insert(0x0a, at: 0) }
    }
    let count = retried { write(descriptor, bytes, bytes.count) }
    guard count == bytes.count else {
      let reason = count < 0 ? systemReason() : "there is no more room"
      if isRegular, size >= 0 { _ = ftruncate(descriptor, size) }
      throw Stop(.cannotWrite, "\(path): the answer could not be written: \(reason)")
    }
    guard isLasting, isRegular else { return }
    if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      throw Stop(.cannotWrite, "\(path): the answer could not be written: \(systemReason())")
    }
  }

  /// Puts fewer lines in place of many; nobody else can add one meanwhile.
  func replace(_ change: ([UInt8]) -> [UInt8]?) {
    guard isRegular else { return }
    lock()
    defer { unlock() }
    guard let old = try? Files.bytes(path), let new = change(old), ftruncate(descriptor, 0) == 0 else { return }
    _ = retried { write(descriptor, new, new.count) }
  }

  private func lock() {
    if isRegular { _ = retried { Int(flock(descriptor, LOCK_EX)) } }
  }

  private func unlock() {
    if isRegular { _ = flock(descriptor, LOCK_UN) }
  }

  /// A signal in between is no failure.
  private func retried(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
