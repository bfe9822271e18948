import Clockwork

extension Value {
  /// The same tree with the keys of every map in alphabetical order, as the API server writes what it stores.
  var sorted: Value {
    switch self {
    case .map(let entries):
      var out: [Entry] = []
      out.reserveCapacity(entries.count)
      for entry in entries { out.append(Entry(entry.key, entry.value.sorted)) }
      var inOrder = true
      for index in out.indices.dropFirst() where out[index].key < out[index - 1].key { inOrder = false }
      return .map(inOrder ? out : out.sorted { $0.key < $1.key })
    case .list(let elements):
      return .list(elements.map { $0.sorted })
    default:
      return self
    }
  }
}
