/// What keys and values of labels may look like, with the texts of upstream's checks.
enum LabelText {
  /// What is wrong with a key such as `kubernetes.io/role`; nothing when it is fine.
  static func keyProblems(_ key: String) -> [String] {
    if isFine(key) { return [] }
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > 2 {
      return [
        "a qualified name " + nameRule + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
      ]
    }
    var problems: [String] = []
    let name = Array((parts.last ?? "").utf8)
    if parts.count == 2 {
      let prefix = Array(parts[0].utf8)
      if prefix.isEmpty {
        problems.append("prefix part must be non-empty")
      } else {
        if prefix.count > 253 { problems.append("prefix part must be no more than 253 characters") }
        if !isSubdomain(prefix) { problems.append("prefix part " + subdomainRule) }
      }
    }
    if name.isEmpty {
      problems.append("name part must be non-empty")
    } else if name.count > 63 {
      problems.append("name part must be no more than 63 characters")
    }
    if name.isEmpty || !isName(name) { problems.append("name part " + nameRule) }
    return problems
  }

  /// What is wrong with the value of a label; nothing when it is fine.
  static func valueProblems(_ value: String) -> [String] {
    if value.isEmpty || isName(value.utf8[...]) { return [] }
    let bytes = Array(value.utf8)
    var problems: [String] = []
    if bytes.count > 63 { problems.append("must be no more than 63 characters") }
    if !bytes.isEmpty, !isName(bytes) { problems.append(valueRule) }
    return problems
  }

  static func checkKey(_ key: String) throws(LabelSelector.Failure) {
    let problems = keyProblems(key)
    if !problems.isEmpty { throw .init("invalid label key \(quoted(key)): \(joined(problems))") }
  }

  static func checkValue(_ value: String, key: String) throws(LabelSelector.Failure) {
    let problems = valueProblems(value)
    if problems.isEmpty { return }
    throw .init("invalid label value: \(quoted(value)): at key: \(quoted(key)): \(joined(problems))")
  }

  /// The text between quotation marks, as Go's `%q` writes it.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7f {
          out += "\\x"
          let digits = Array("0123456789abcdef".unicodeScalars)
          out.unicodeScalars.append(digits[Int(scalar.value >> 4)])
          out.unicodeScalars.append(digits[Int(scalar.value & 15)])
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }

  // MARK: Rules

  private static let nameRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
    + " (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is"
    + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

  private static let valueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start"
    + " and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation"
    + " is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

  private static let subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
    + " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
    + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  private static func joined(_ problems: [String]) -> String {
    var out = ""
    for (index, problem) in problems.enumerated() { out += (index > 0 ? "; " : "") + problem }
    return out
  }

  /// Whether a key is as most are, so that nobody need look for what is wrong with it.
  private static func isFine(_ key: String) -> Bool {
    let bytes = key.utf8
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return isName(bytes[...]) }
    let prefix = bytes[..<slash]
    return prefix.count <= 253 && NameRules.isSubdomain(prefix) && isName(bytes[bytes.index(after: slash)...])
  }

  /// At most 63 characters that may stand in a name.
  private static func isName(_ bytes: Substring.UTF8View) -> Bool {
    var count = 0
    var last: UInt8 = 0
    for byte in bytes {
      let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
      if !isLetterOrDigit(byte), !isSign || count == 0 { return false }
      count += 1
      last = byte
    }
    return count > 0 && count <= 63 && isLetterOrDigit(last)
  }

  private static func isLower(_ byte: UInt8) -> Bool { (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLower(byte) || (byte >= 65 && byte <= 90) }

  /// `[A-Za-z0-9]` at both ends, `[-A-Za-z0-9_.]` between them.
  private static func isName(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, let last = bytes.last, isLetterOrDigit(first), isLetterOrDigit(last) else {
      return false
    }
    for byte in bytes where !isLetterOrDigit(byte) && !"-_.".utf8.contains(byte) { return false }
    return true
  }

  private static func isSubdomain(_ bytes: [UInt8]) -> Bool {
    for part in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard let first = part.first, let last = part.last, isLower(first), isLower(last) else { return false }
      for byte in part where !isLower(byte) && byte != UInt8(ascii: "-") { return false }
    }
    return true
  }
}
