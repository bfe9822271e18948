import Clockwork
import Kubernetes
import Testing

enum QuantityTables {
  @Sendable static func quantity(_ group: String, _ row: Value) throws -> TableOutcome {
    switch group {
    case "parse":
      switch Quantity.parse(row["input"]?.text ?? "") {
      case .failure(let failure): return .compare(.string(failure.description), row["error"])
      case .success(let quantity): return .compare(facts(quantity), row["expected"])
      }
    case "arith":
      let left = try #require(Quantity(row["a"]?.text ?? ""))
      let right = try #require(Quantity(row["b"]?.text ?? ""))
      var sum = left
      sum.add(right)
      var difference = left
      difference.subtract(right)
      var got = row
      got["cmp"] = .integer(Int64(left.compare(right)))
      got["sum"] = .string(sum.text)
      got["diff"] = .string(difference.text)
      return .compare(got, row)
    default: return .skipped
    }
  }

  private static func facts(_ quantity: Quantity) -> Value {
    let format =
      switch quantity.format {
      case .decimalSI: "DecimalSI"
      case .binarySI: "BinarySI"
      case .decimalExponent: "DecimalExponent"
      }
    return .map(
      ("canonical", .string(quantity.text)),
      ("format", .string(format)),
      ("milli_value", .integer(quantity.milliValue)),
      ("value", .integer(quantity.value))
    )
  }
}

@Suite("Quantities beyond the tables")
struct QuantityTests {
  @Test("hostile exponents cost nothing and are refused", arguments: ["1.5e2000000000", "9999999999999999999e-99999"])
  func hostile(text: String) {
    #expect(Quantity(text) == nil)
  }

  @Test("amounts are equal however they are written")
  func equality() throws {
    #expect(Quantity("1Gi") == Quantity("1024Mi"))
    #expect(Quantity("0.5") == Quantity("500m"))
    let large = try #require(Quantity("12345678901234567890"))
    #expect(large > Quantity(Int64.max))
    #expect(large.text == "12345678901234567890")
  }

  @Test("a sum that leaves 64 bits goes on in words")
  func wideSum() throws {
    var sum = try #require(Quantity("9223372036854775807"))
    sum.add(Quantity(1))
    #expect(sum.text == "9223372036854775808")
    sum.subtract(Quantity(1))
    #expect(sum.text == "9223372036854775807")
  }
}
