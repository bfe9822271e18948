import Clockwork
import Kubernetes

/// What the exported page does with the model, reduced to numbers that can be compared.
///
/// Generic code is checked by the Embedded compiler only where it is used, so every public generic is used here.
struct Check: Sendable {
  var name: String
  var digest: @Sendable () -> UInt64
}

let checks: [Check] = [
  Check(name: "values", digest: values),
  Check(name: "texts", digest: texts),
  Check(name: "tables", digest: tables),
  Check(name: "randoms", digest: randoms),
  Check(name: "differences", digest: differences),
  Check(name: "timelines", digest: timelines),
  Check(name: "searches", digest: searches),
  Check(name: "faults", digest: faults),
  Check(name: "quietly", digest: quietly),
  Check(name: "objects", digest: objects),
  Check(name: "manifests", digest: manifests),
  Check(name: "a Pod is born, now", digest: birthNow),
  Check(name: "a Pod is born, then", digest: birthThen),
  Check(name: "orders", digest: orders),
  Check(name: "lives", digest: lives),
]

func digest(_ build: (inout Digest) -> Void) -> UInt64 {
  var digest = Digest()
  build(&digest)
  return digest.value
}

func values() -> UInt64 {
  digest { digest in
    var value: Value = .map(("kind", "Pod"), ("replicas", 3), ("paused", false), ("weight", .number(0.1 + 0.2)))
    value["spec"] = .map(("containers", .list([.map(("name", "web")), .map(("name", "로그"))])))
    value["paused"] = nil
    digest.add(value)
    digest.add(value.canonical)
    digest.add(value.at(["spec", "containers", "1", "name"])?.plain ?? "nowhere")
    var pretty = ""
    value.writeJSON(into: &pretty, indent: 2, depth: 0)
    digest.add(pretty)
    for hard in [1e21, 2.5e-308, -0.0, 1.0 / 3, 123_456_789.125, .infinity] {
      digest.add("\(hard)")
      digest.add(.number(hard))
    }
    var quoted = ""
    Value.quote("탭\t\u{1}\"", into: &quoted)
    digest.add(quoted)
    digest.add(Int64(value.entries?.count ?? 0) + Int64(value["spec"]?["containers"]?.elements?.count ?? 0))
    digest.add(value["paused"]?.flag == nil && !value.isNull ? "gone" : "there")
    digest.add(Value.emptyMap)
    digest.add(Int64.min)
    digest.add("\(Int64.max) \(UInt64.max)")
  }
}

func texts() -> UInt64 {
  digest { digest in
    let words = ["가방", "가", "각", "zebra", "é", "e\u{301}", "👩‍👩‍👧", "", "Pod", "pod"]
    for word in words.sorted() { digest.add(word) }
    for word in words { digest.add(Int64(word.count)) }
    digest.add(words.map { $0.uppercased() }.joined(separator: ","))
    digest.add(words[4] == words[5] ? "equal" : "different")
    digest.add("a/b//c".split(separator: "/", omittingEmptySubsequences: false).joined(separator: "|"))
    digest.add(Digest.hexadecimal(0xfeed_0000_1234_cafe, digits: 16))
  }
}

func tables() -> UInt64 {
  digest { digest in
    var random = Random(seed: 7)
    var numbers: Table<Int32, Int64> = [:]
    var names = Table<String, [Int64]>()
    for _ in 0..<2_000 {
      let key = Int32(truncatingIfNeeded: random.next(below: 500))
      if random.next(below: 3) == 0 { numbers.removeValue(for: key) } else { numbers[key] = Int64(key) * 3 }
      names.update("pod-\(key)", default: []) { $0.append(Int64(key)) }
    }
    let before = numbers
    numbers[3] = nil
    numbers.forEach { key, value in digest.add(Int64(key) ^ value) }
    names.forEach(from: "pod-3") { key, value in
      digest.add(key)
      for number in value { digest.add(number) }
      return key < "pod-4"
    }
    digest.add(before == numbers ? "equal" : "different")
    for key in names.keys { digest.add(key) }
    for value in numbers.values { digest.add(value) }
    digest.add(Int64(numbers.count))
    if let first = names.first { digest.add(first.key) }
    names.removeAll()
    digest.add(names.isEmpty ? "empty" : "full")
  }
}

func randoms() -> UInt64 {
  digest { digest in
    var random = Random(seed: 42)
    var other = random.stream("order")
    for _ in 0..<100 {
      digest.add(Int64(bitPattern: random.next()))
      digest.add(Int64(other.next(below: 1_000_003)))
    }
  }
}

func differences() -> UInt64 {
  digest { digest in
    let before: Value = .map(
      ("status", .map(("phase", "Pending"), ("conditions", .list([.map(("type", "Ready"), ("status", "False"))]))))
    )
    var after = before
    after["status"] = .map(
      ("phase", "Running"),
      ("conditions", .list([.map(("type", "Ready"), ("status", "True")), .map(("type", "Initialized"))]))
    )
    for change in Difference.between(before, after) {
      digest.add(change.path.joined(separator: "."))
      digest.add(change.before ?? .null)
      digest.add(change.after ?? .null)
    }
  }
}
