/// What a typed line answers to a question: numbers or names become the values that are kept.
struct AnswerReading {
  var values: [String]
  /// Nothing where the learner did not say.
  var sure: Bool?
  /// A word that is no option and cannot be one.
  var stranger: String?

  init(_ typed: String, _ asked: Guide.Asked) {
    var words = typed.split(separator: " ").map(String.init)
    sure = nil
    stranger = nil
    values = []
    if words.count > 1, let last = words.last, ["u", "?", "unsure"].contains(last) {
      sure = false
      words.removeLast()
    } else if words.count > 1, let last = words.last, ["!", "sure"].contains(last) {
      sure = true
      words.removeLast()
    }
    let rest = words.joined(separator: " ")
    switch asked.shape {
    case .text: values = rest.isEmpty ? [] : [rest]
    case .one: values = rest.isEmpty ? [] : [Self.option(rest, asked) ?? rest]
    case .many, .order:
      if asked.shape == .many, rest == "0" { return }
      let parts = rest.contains(",") ? rest.split(separator: ",").map { String($0).trimmed } : words
      // Several digits without spaces are as many numbers, while no option has two digits.
      let single = parts.count == 1 ? parts[0] : ""
      if single.count > 1, asked.options.count < 10, single.allSatisfy({ $0.isASCII && $0.isNumber }), !asked.isLettered
      {
        values = single.compactMap { Self.option(String($0), asked) }
        if values.count != single.count { stranger = single }
        return
      }
      for part in parts where !part.isEmpty {
        guard let value = Self.option(part, asked) else {
          stranger = part
          return
        }
        if !values.contains(value) { values.append(value) }
      }
    }
    if asked.shape == .one, let value = values.first, !isOption(value, asked), Int(value) != nil { stranger = value }
    if asked.shape == .one, let value = values.first, value.count == 1, !isOption(value, asked) { stranger = value }
  }

  private func isOption(_ value: String, _ asked: Guide.Asked) -> Bool { asked.options.contains { $0.value == value } }

  private static func option(_ text: String, _ asked: Guide.Asked) -> String? {
    if let place = asked.options.indices.first(where: { asked.mark($0) == text }) { return asked.options[place].value }
    return asked.options.first { $0.value == text || $0.label == text }?.value
  }
}
