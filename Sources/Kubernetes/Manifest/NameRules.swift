/// What names, keys and values of the API may look like, with the texts of upstream's checks.
enum NameRules {
  /// What is wrong with a name that may have dots: Pods, Nodes and most other objects.
  static func subdomain(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 253 { problems.append(tooLong(253)) }
    if !isSubdomain(name.utf8[...]) {
      problems.append(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
          + " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
          + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
      )
    }
    return problems
  }

  /// What is wrong with a name without dots: containers, volumes, namespaces.
  static func label(_ name: String) -> [String] {
    var problems: [String] = []
    if name.utf8.count > 63 { problems.append(tooLong(63)) }
    if name.utf8.contains(dot) || !isSubdomain(name.utf8[...]) {
      problems.append(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end"
          + " with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is"
          + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
      )
    }
    return problems
  }

  /// What is wrong with the name of a port.
  static func port(_ name: String, _ version: Version) -> [String] {
    let bytes = Array(name.utf8)
    var problems: [String] = []
    if bytes.count > 15 { problems.append(tooLong(15)) }
    if bytes.isEmpty || !bytes.allSatisfy({ isLower($0) || isDigit($0) || $0 == hyphen }) {
      problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    }
    if !bytes.contains(where: { isLower($0) }) {
      let then = "must contain at least one letter or number (a-z, 0-9)"
      problems.append(version == .then ? then : "must contain at least one letter (a-z)")
    }
    var doubled = false
    for index in bytes.indices.dropFirst() where bytes[index] == hyphen && bytes[index - 1] == hyphen { doubled = true }
    if doubled { problems.append("must not contain consecutive hyphens") }
    if bytes.first == hyphen || bytes.last == hyphen { problems.append("must not begin or end with a hyphen") }
    return problems
  }

  /// What is wrong with the name of an environment variable; now nearly everything is allowed.
  static func variable(_ name: String, _ version: Version) -> [String] {
    if version == .now {
      let fits = name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "=") }
      let rule = "a valid environment variable name must consist only of printable ASCII characters other than '='"
      return fits ? [] : [rule]
    }
    var problems: [String] = []
    let bytes = Array(name.utf8)
    let starts = bytes.first.map { !isDigit($0) } ?? false
    if !starts || !bytes.allSatisfy({ isWord($0) }) {
      problems.append(
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not"
          + " start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is"
          + " '[-._a-zA-Z][-._a-zA-Z0-9]*')"
      )
    }
    return problems + dots(name)
  }

  /// What is wrong with a key in the data of a ConfigMap or Secret.
  static func dataKey(_ key: String) -> [String] {
    var problems: [String] = []
    if key.utf8.count > 253 { problems.append(tooLong(253)) }
    if key.isEmpty || !key.utf8.allSatisfy({ isWord($0) }) {
      problems.append(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',"
          + "  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
      )
    }
    return problems + dots(key)
  }

  private static func dots(_ name: String) -> [String] {
    if name == "." { return ["must not be '.'"] }
    if name == ".." { return ["must not be '..'"] }
    return name.hasPrefix("..") ? ["must not start with '..'"] : []
  }

  static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) characters" }

  static func outside(_ low: Int64, _ high: Int64) -> String { "must be between \(low) and \(high), inclusive" }

  // MARK: Characters

  private static let hyphen = UInt8(ascii: "-")
  private static let dot = UInt8(ascii: ".")

  private static func isLower(_ byte: UInt8) -> Bool { byte >= 97 && byte <= 122 }
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private static func isWord(_ byte: UInt8) -> Bool {
    isLower(byte) || isDigit(byte) || (byte >= 65 && byte <= 90) || byte == hyphen || byte == dot || byte == 95
  }

  /// Labels with dots between them: letters and digits at both ends of each, hyphens between those.
  static func isSubdomain(_ bytes: Substring.UTF8View) -> Bool {
    var last = dot
    for byte in bytes {
      if byte == dot {
        if last == dot || last == hyphen { return false }
      } else if byte == hyphen {
        if last == dot { return false }
      } else if !isLower(byte), !isDigit(byte) {
        return false
      }
      last = byte
    }
    return last != dot && last != hyphen
  }
}
