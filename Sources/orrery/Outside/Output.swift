import Glibc

/// Data goes to standard output, complaints to standard error.
enum Output {
  /// Writes the text as it is.
  static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

  /// Writes the text and ends the line.
  static func line(_ text: String = "") { write(text + "\n") }

  static func complain(_ text: String) { write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

  /// Writes every byte, however small the pieces that the receiver takes.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        // A reader that is gone wants no more; anything else is a disk or a terminal that takes nothing.
        (descriptor == STDERR_FILENO || errno == EPIPE ? ExitStatus.fine : .cannotWrite).leave()
      }
    }
  }
}
