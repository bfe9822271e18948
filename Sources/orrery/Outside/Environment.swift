import Glibc
import TerminalUI

/// What the environment says.
enum Environment {
  /// A variable that is set and not empty.
  static func value(_ name: String) -> String? {
    guard let text = getenv(name) else { return nil }
    let value = String(cString: text)
    return value.isEmpty ? nil : value
  }

  /// The code of the language that the person's locale names.
  static var language: String {
    for name in ["ORRERY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"] {
      if let value = value(name) { return value.hasPrefix("ko") ? "ko" : "en" }
    }
    return "en"
  }

  static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// How wide what is printed may be: as the terminal or the person says, 80 otherwise.
  static var columns: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 { return Int(size.ws_col) }
    if let columns = value("COLUMNS").flatMap({ Int($0) }), (20...10_000).contains(columns) { return columns }
    return 80
  }

  /// The folder for what a program remembers between runs.
  static var stateFolder: String {
    if let folder = value("XDG_STATE_HOME") { return "\(folder)/orrery" }
    return "\(value("HOME") ?? ".")/.local/state/orrery"
  }

  /// The signs that the terminal can draw: the locale says whether it reads UTF-8.
  static var glyphs: Glyphs {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = value(name)?.lowercased() else { continue }
      return Glyphs(unicode: value.contains("utf-8") || value.contains("utf8"))
    }
    return .ascii
  }
}
