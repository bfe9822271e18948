import Testing

@testable import TerminalUI

/// Options that are numbers themselves.
@Suite struct NumberOptionTests {
  private static func asked(_ options: [String], _ shape: Guide.Asked.Shape = .one) -> Guide.Asked {
    Guide.Asked(id: "how-many", shape: shape, options: options.map { Offering($0) })
  }

  /// `2` is the option that says 2, not the second one; capitals count the options instead.
  @Test func aNumberMeansTheOptionThatSaysIt() {
    let asked = Self.asked(["4", "2", "never"])
    #expect((0..<3).map(asked.mark) == ["A", "B", "C"])
    for (typed, value) in [("2", "2"), ("4", "4"), ("A", "4"), ("C", "never"), ("never", "never"), ("B u", "2")] {
      let reading = AnswerReading(typed, asked)
      #expect(reading.values == [value], "\(typed)")
      #expect(reading.stranger == nil)
    }
    #expect(AnswerReading("1", asked).stranger == "1")
    #expect(AnswerReading("A 2", Self.asked(["4", "2", "3"], .many)).values == ["4", "2"])
    #expect(AnswerReading("23", Self.asked(["4", "2", "3"], .many)).stranger == "23")
  }

  @Test func elsewhereNumbersCount() {
    let asked = Self.asked(["etcd", "kubectl"])
    #expect((0..<2).map(asked.mark) == ["1", "2"])
    #expect(AnswerReading("2", asked).values == ["kubectl"])
    #expect(AnswerReading("21", Self.asked(["etcd", "kubectl"], .order)).values == ["kubectl", "etcd"])
  }
}
