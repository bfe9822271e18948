import Clockwork
import Testing

@Suite struct TableTests {
  @Test func aTableIsAnOrderedMap() {
    var table: Table<Int, Int> = [:]
    var expected: [Int: Int] = [:]
    var random = Random(seed: 5)
    for turn in 0..<4000 {
      let key = random.next(below: 500)
      if random.next(below: 3) == 0 {
        #expect(table.removeValue(for: key) == expected.removeValue(forKey: key))
      } else {
        table[key] = turn
        expected[key] = turn
      }
      #expect(table.count == expected.count)
    }
    #expect(table.keys == expected.keys.sorted())
    for (key, value) in expected { #expect(table[key] == value) }
  }

  @Test func aCopyKeepsItsValues() {
    var table: Table<Int, String> = [:]
    for key in 0..<200 { table[key] = "\(key)" }
    let copy = table
    for key in 0..<200 { table.update(key, default: "") { $0 += "!" } }
    #expect(copy[7] == "7")
    #expect(table[7] == "7!")
    #expect(copy != table)
  }

  @Test func walkingFromAKey() {
    var table: Table<Int, Int> = [:]
    for key in stride(from: 0, to: 400, by: 2) { table[key] = key }
    var seen: [Int] = []
    table.forEach(from: 101) { key, _ in
      seen.append(key)
      return seen.count < 4
    }
    #expect(seen == [102, 104, 106, 108])
    #expect(table.first?.key == 0)
  }
}

@Suite struct ValueTests {
  @Test func canonicalTextIsJSON() {
    let value: Value = .map(
      ("b", 1),
      ("a", .list([true, .null, "q\"\\\n\u{1}"])),
      ("c", .number(1.5)),
      ("d", .emptyMap)
    )
    #expect(value.canonical == #"{"b":1,"a":[true,null,"q\"\\\n\u0001"],"c":1.5,"d":{}}"#)
  }

  @Test func pathsAndChanges() {
    var value: Value = .map(("spec", .map(("containers", .list([.map(("name", "web"), ("image", "a"))])))))
    #expect(value.at(["spec", "containers", "0", "image"]) == "a")
    let before = value
    value["status"] = "Running"
    value["spec"] = .map(("containers", .list([.map(("name", "web"), ("image", "b"))])))
    #expect(
      Difference.between(before, value) == [
        Change(path: ["spec", "containers", "web", "image"], before: "a", after: "b"),
        Change(path: ["status"], before: nil, after: "Running"),
      ]
    )
    #expect(Difference.between(value, before).last == Change(path: ["status"], before: "Running", after: nil))
  }

  @Test func knownDigestsAndNumbers() {
    // FNV-1a of "a" (with this type's end mark) and the first numbers of SplitMix64 with seed 1234567.
    var digest = Digest()
    digest.add(byte: 0x61)
    #expect(digest.text == "af63dc4c8601ec8c")
    var random = Random(seed: 1_234_567)
    #expect([random.next(), random.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
  }
}
