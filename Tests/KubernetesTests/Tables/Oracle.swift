import Clockwork
import Foundation

/// What a real cluster did and what its real functions computed: recordings and tables as files.
///
/// `ORRERY_ORACLE` names another folder of the same shape; whatever rows and files lie there are read.
enum Oracle {
  static let isDefault = ProcessInfo.processInfo.environment["ORRERY_ORACLE"] == nil

  static var folder: URL {
    if let path = ProcessInfo.processInfo.environment["ORRERY_ORACLE"] {
      return URL(fileURLWithPath: path, isDirectory: true)
    }
    return URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/oracle", isDirectory: true)
  }

  /// The names of all tables, without `.json`, in order.
  static var tables: [String] {
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("tables").path)
    return (files ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The rows of a table with the group they stand in; a table without groups has one without a name.
  static func rows(of table: String) throws -> [(group: String, row: Value)] {
    let file = folder.appendingPathComponent("tables/\(table).json")
    let content = try JSONDecoder().decode(JSONText.self, from: Data(contentsOf: file)).value
    let cases = content["cases"] ?? .null
    if let rows = cases.elements { return rows.map { ("", $0) } }
    var out: [(String, Value)] = []
    for entry in cases.entries ?? [] {
      for row in entry.value.elements ?? [] { out.append((entry.key, row)) }
    }
    return out
  }
}

/// Any JSON text as a ``Value``, keys in alphabetical order.
private struct JSONText: Decodable {
  let value: Value

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let map = try? decoder.container(keyedBy: Key.self) {
      let keys = map.allKeys.sorted { $0.stringValue < $1.stringValue }
      value = .map(try keys.map { .init($0.stringValue, try map.decode(JSONText.self, forKey: $0).value) })
      return
    }
    if var list = try? decoder.unkeyedContainer() {
      var elements: [Value] = []
      while !list.isAtEnd { elements.append(try list.decode(JSONText.self).value) }
      value = .list(elements)
      return
    }
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      value = .null
    } else if let flag = try? single.decode(Bool.self) {
      value = .bool(flag)
    } else if let number = try? single.decode(Int64.self) {
      value = .integer(number)
    } else if let number = try? single.decode(Double.self) {
      value = .number(number)
    } else {
      value = .string(try single.decode(String.self))
    }
  }
}
