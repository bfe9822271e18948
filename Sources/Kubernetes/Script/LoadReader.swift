import Clockwork

/// Reads `load [-n NAMESPACE] SELECTOR cpu=AMOUNT memory=AMOUNT [shared]`: what clients outside make Pods do.
enum LoadReader {
  static let usage = "load [-n NAMESPACE] SELECTOR cpu=AMOUNT memory=AMOUNT [shared]"

  static func read(_ words: [Word], _ verb: Word) throws(Mistake) -> LoadOrder {
    var rest = words[...]
    var namespace = "default"
    if let flag = rest.first, flag.text == "-n" || flag.text == "--namespace", rest.count > 1 {
      namespace = rest[rest.startIndex + 1].text
      rest = rest.dropFirst(2)
    }
    guard let first = rest.first else { throw Mistake("script.usage", verb, [("usage", usage)]) }
    var order: LoadOrder
    switch LabelSelector.parse(first.text) {
    case .success(let selector): order = LoadOrder(namespace: namespace, selector: selector, text: first.text)
    case .failure(let failure):
      throw Mistake("script.kubectl.selector", first, [("error", failure.description)])
    }
    for word in rest.dropFirst() {
      if word.text == "shared" {
        order.isShared = true
      } else if let (key, amount) = ScriptText.pair(word.text, at: "="), key == "cpu" || key == "memory" {
        guard let quantity = Quantity(amount), quantity.sign >= 0 else {
          throw Mistake("script.kubectl.quantity", word, [("text", amount)])
        }
        if key == "cpu" { order.cpu = quantity.scaled(to: -9) } else { order.memory = quantity.value }
      } else {
        throw Mistake("script.usage", word, [("usage", usage)])
      }
    }
    guard order.cpu != nil || order.memory != nil else { throw Mistake("script.usage", first, [("usage", usage)]) }
    return order
  }
}
