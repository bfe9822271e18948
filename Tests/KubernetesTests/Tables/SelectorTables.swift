import Clockwork
import Kubernetes
import Testing

enum SelectorTables {
  @Sendable static func labels(_ group: String, _ row: Value) throws -> TableOutcome {
    switch LabelSelector.parse(row["selector"]?.text ?? "") {
    case .failure(let failure): return .compare(.string(failure.description), row["error"])
    case .success(let selector):
      var matches: [Value] = []
      for entry in row["expected"]?["matches"]?.elements ?? [] {
        let given = entry["labels"] ?? .emptyMap
        matches.append(.map(("labels", given), ("matches", .bool(selector.matches(table(given))))))
      }
      let got: Value = .map(
        ("canonical", .string(selector.text)),
        ("empty", .bool(selector.isEmpty)),
        ("matches", .list(matches))
      )
      return .compare(got, row["expected"])
    }
  }

  static func table(_ value: Value?) -> Table<String, String> {
    var table: Table<String, String> = [:]
    for entry in value?.entries ?? [] { table[entry.key] = entry.value.plain }
    return table
  }
}

@Suite("Selectors beyond the tables")
struct SelectorTests {
  @Test("a selector that is absent matches nothing, an empty one everything")
  func absent() throws {
    #expect(try !LabelSelector.read(nil).get().matches(["app": "web"]))
    #expect(try LabelSelector.read(.emptyMap).get().matches(["app": "web"]))
  }

  @Test("expressions and labels are read together")
  func expressions() throws {
    let selector = try LabelSelector.read(
      .map(
        ("matchLabels", .map(("app", "web"))),
        (
          "matchExpressions",
          .list([.map(("key", "tier"), ("operator", "NotIn"), ("values", .list(["db"])))])
        )
      )
    ).get()
    #expect(selector.text == "app in (web),tier notin (db)")
    #expect(selector.matches(["app": "web"]))
    #expect(!selector.matches(["app": "web", "tier": "db"]))
  }

  @Test("fields are compared with what the object says")
  func fields() throws {
    let selector = try FieldSelector.parse("status.phase!=Failed,spec.nodeName=node1").get()
    #expect(selector.text == "spec.nodeName=node1,status.phase!=Failed")
    #expect(selector.requiredValue("spec.nodeName") == "node1")
    let pod: Table<String, String> = ["spec.nodeName": "node1", "status.phase": "Pending"]
    #expect(selector.matches { pod[$0] })
    let other: Table<String, String> = ["spec.nodeName": "node2"]
    #expect(!selector.matches { other[$0] })
    let failed: Table<String, String> = ["spec.nodeName": "node1", "status.phase": "Failed"]
    #expect(!selector.matches { failed[$0] })
  }

  @Test(
    "fields that make no sense are refused",
    arguments: [
      ("nonsense", "invalid selector: 'nonsense'; can't understand 'nonsense'"),
      ("a=b=c", "invalid field selector: unescaped character in value: 61"),
      (#"a=\b"#, #"invalid field selector: invalid escape sequence: \b"#),
    ]
  )
  func refused(text: String, message: String) {
    guard case .failure(let failure) = FieldSelector.parse(text) else {
      Issue.record("\(text) was accepted")
      return
    }
    #expect(failure.description == message)
  }
}
