import Glibc

/// How the program ends, in the numbers of `sysexits.h`.
enum ExitStatus: Int32 {
  case fine = 0
  /// Below the pass mark, or findings.
  case findings = 1
  case usage = 64
  case badData = 65
  case noInput = 66
  case cannotCreate = 73
  case cannotWrite = 74

  /// Ends the process with this status.
  func leave() -> Never { exit(rawValue) }
}

/// Ends the program with a status and a sentence on standard error.
struct Stop: Error {
  let status: ExitStatus
  let message: String

  init(_ status: ExitStatus, _ message: String = "") {
    self.status = status
    self.message = message
  }
}

/// What the system says about the call that just failed.
func systemReason() -> String { String(cString: strerror(errno)) }
