/// An ordered map in pages that are copied on write.
///
/// Walking it always gives ascending keys, so no hash order can leak. A copy costs one array of page references,
/// and a write after a copy copies one page of at most `Table.pageSize` pairs: snapshots of a world stay cheap.
public struct Table<Key: Comparable, Value> {
  private var pages: [Place<Key, Value>] = []
  public private(set) var count: Int = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  public subscript(key: Key) -> Value? {
    get {
      guard let page = pageIndex(for: key) else { return nil }
      let place = pages[page].page.lowerBound(key)
      guard place < pages[page].page.keys.count, pages[page].page.keys[place] == key else { return nil }
      return pages[page].page.values[place]
    }
    set {
      if let newValue {
        insert(newValue, for: key)
      } else {
        removeValue(for: key)
      }
    }
  }

  /// Changes the value of a key in place, starting from `initial` where there is none.
  public mutating func update(_ key: Key, default initial: @autoclosure () -> Value, _ change: (inout Value) -> Void) {
    if let index = pageIndex(for: key) {
      let place = pages[index].page.lowerBound(key)
      if place < pages[index].page.keys.count, pages[index].page.keys[place] == key {
        own(index)
        change(&pages[index].page.values[place])
        return
      }
    }
    var value = initial()
    change(&value)
    insert(value, for: key)
  }

  /// Sets the value of a key.
  ///
  /// Returns the one that was there.
  @discardableResult
  public mutating func updateValue(_ value: Value, for key: Key) -> Value? {
    if let index = pageIndex(for: key) {
      let place = pages[index].page.lowerBound(key)
      if place < pages[index].page.keys.count, pages[index].page.keys[place] == key {
        own(index)
        let before = pages[index].page.values[place]
        pages[index].page.values[place] = value
        return before
      }
    }
    insert(value, for: key)
    return nil
  }

  @discardableResult
  public mutating func removeValue(for key: Key) -> Value? {
    guard let index = pageIndex(for: key) else { return nil }
    let place = pages[index].page.lowerBound(key)
    guard place < pages[index].page.keys.count, pages[index].page.keys[place] == key else { return nil }
    own(index)
    pages[index].page.keys.remove(at: place)
    let value = pages[index].page.values.remove(at: place)
    if pages[index].page.keys.isEmpty {
      pages.remove(at: index)
    } else if place == 0 {
      pages[index].low = pages[index].page.keys[0]
    }
    count -= 1
    return value
  }

  public mutating func removeAll() {
    pages = []
    count = 0
  }

  public var keys: [Key] {
    var out: [Key] = []
    out.reserveCapacity(count)
    for place in pages { out.append(contentsOf: place.page.keys) }
    return out
  }

  public var values: [Value] {
    var out: [Value] = []
    out.reserveCapacity(count)
    for place in pages { out.append(contentsOf: place.page.values) }
    return out
  }

  /// Visits every pair in ascending order of its key.
  public func forEach(_ body: (Key, Value) -> Void) {
    for index in pages.indices {
      let page = pages[index].page
      for place in page.keys.indices { body(page.keys[place], page.values[place]) }
    }
  }

  /// Visits pairs in ascending order from the first key that is not below `start`, until `body` returns false.
  public func forEach(from start: Key, _ body: (Key, Value) -> Bool) {
    guard var index = pageIndex(for: start) else { return }
    var place = pages[index].page.lowerBound(start)
    while index < pages.count {
      while place < pages[index].page.keys.count {
        if !body(pages[index].page.keys[place], pages[index].page.values[place]) { return }
        place += 1
      }
      index += 1
      place = 0
    }
  }

  /// The pair with the smallest key.
  public var first: (key: Key, value: Value)? {
    guard let page = pages.first?.page, let key = page.keys.first, let value = page.values.first else {
      return nil
    }
    return (key, value)
  }

  // MARK: Pages

  /// The page that holds or would hold the key: the last whose first key is not above it.
  private func pageIndex(for key: Key) -> Int? {
    if pages.isEmpty { return nil }
    var low = 0
    var high = pages.count
    while low < high {
      let middle = (low + high) / 2
      if key < pages[middle].low { high = middle } else { low = middle + 1 }
    }
    return max(0, low - 1)
  }

  private mutating func own(_ index: Int) {
    if !isKnownUniquelyReferenced(&pages[index].page) { pages[index].page = pages[index].page.copy() }
  }

  private mutating func insert(_ value: Value, for key: Key) {
    guard let index = pageIndex(for: key) else {
      pages = [Place(low: key, page: Page(keys: [key], values: [value]))]
      count = 1
      return
    }
    own(index)
    let place = pages[index].page.lowerBound(key)
    if place < pages[index].page.keys.count, pages[index].page.keys[place] == key {
      pages[index].page.values[place] = value
      return
    }
    pages[index].page.keys.insert(key, at: place)
    pages[index].page.values.insert(value, at: place)
    if place == 0 { pages[index].low = key }
    count += 1
    if pages[index].page.keys.count > tablePageSize {
      let upper = pages[index].page.split()
      pages.insert(Place(low: upper.keys[0], page: upper), at: index + 1)
    }
  }
}

/// How many pairs a page holds before it is split in two.
private let tablePageSize = 48

/// A page with its lowest key beside it: a search among hundreds of pages opens only the one that it ends at.
private struct Place<Key: Comparable, Value> {
  var low: Key
  var page: Page<Key, Value>
}

private final class Page<Key: Comparable, Value> {
  var keys: [Key]
  var values: [Value]

  init(keys: [Key], values: [Value]) {
    self.keys = keys
    self.values = values
  }

  func copy() -> Page { Page(keys: keys, values: values) }

  func lowerBound(_ key: Key) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Keeps the lower half and returns the upper one.
  func split() -> Page {
    let middle = keys.count / 2
    let upper = Page(keys: Array(keys[middle...]), values: Array(values[middle...]))
    keys.removeSubrange(middle...)
    values.removeSubrange(middle...)
    return upper
  }
}

extension Place: Sendable where Key: Sendable, Value: Sendable {}
extension Table: Sendable where Key: Sendable, Value: Sendable {}
// Pages are only written when uniquely referenced, so sharing them between copies is safe.
extension Page: @unchecked Sendable where Key: Sendable, Value: Sendable {}

extension Table: Equatable where Value: Equatable {
  public static func == (left: Table, right: Table) -> Bool {
    left.count == right.count && left.keys == right.keys && left.values == right.values
  }
}

extension Table: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (Key, Value)...) {
    for (key, value) in elements { self[key] = value }
  }
}
