import Clockwork

/// A value that an author leaves open: `{{name}}`.
enum Placeholder {
  static func fill(_ text: String, _ values: [Drawn]) -> String {
    guard text.utf8.contains(UInt8(ascii: "{")), !values.isEmpty else { return text }
    let gaps = values.map { (name: Array("{{\($0.name)}}".utf8), value: Array($0.value.utf8)) }
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let gap = bytes[index] == UInt8(ascii: "{") ? gaps.first { bytes[index...].starts(with: $0.name) } : nil
      if let gap {
        out += gap.value
        index += gap.name.count
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The names between double braces, with how many letters stand before them.
  ///
  /// What holds a space is no placeholder: scripts write `{{pod app=web 1}}` for a name that only the run knows.
  static func names(in text: String) -> [(name: String, offset: Int)] {
    guard text.utf8.contains(UInt8(ascii: "{")) else { return [] }
    var names: [(name: String, offset: Int)] = []
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index + 1 < scalars.count {
      guard scalars[index] == "{", scalars[index + 1] == "{" else {
        index += 1
        continue
      }
      var end = index + 2
      while end < scalars.count,
        scalars[end].properties.isAlphabetic || "0123456789-_".unicodeScalars.contains(scalars[end])
      {
        end += 1
      }
      if end > index + 2, end + 1 < scalars.count, scalars[end] == "}", scalars[end + 1] == "}" {
        var name = ""
        name.unicodeScalars.append(contentsOf: scalars[(index + 2)..<end])
        names.append((name, index))
      }
      index = end
    }
    return names
  }

  static func fill(_ value: Value, _ values: [Drawn]) -> Value {
    switch value {
    case .string(let text): .string(fill(text, values))
    case .list(let elements): .list(elements.map { fill($0, values) })
    case .map(let entries): .map(entries.map { Value.Entry(fill($0.key, values), fill($0.value, values)) })
    case .null, .bool, .integer, .number: value
    }
  }
}
