/// A queue that loses its head without moving the rest: thousands may wait in it.
public struct Queue<Element> {
  private var items: [Element?] = []
  private var head: Int = 0

  public init() {}

  public init(_ elements: [Element]) {
    for element in elements { items.append(element) }
  }

  public var count: Int { items.count - head }
  public var isEmpty: Bool { items.count == head }
  public var first: Element? { head < items.count ? items[head] : nil }

  /// Everything that waits, in order.
  public var elements: [Element] {
    var out: [Element] = []
    out.reserveCapacity(count)
    for place in head..<items.count { if let item = items[place] { out.append(item) } }
    return out
  }

  public subscript(index: Int) -> Element {
    get {
      // Only places before the head are empty.
      guard let item = items[head + index] else { fatalError("the queue has no such place") }
      return item
    }
    set { items[head + index] = newValue }
  }

  public mutating func append(_ element: Element) { items.append(element) }

  public mutating func insert(_ element: Element, at index: Int) {
    if index == 0, head > 0 {
      head -= 1
      items[head] = element
    } else {
      items.insert(element, at: head + index)
    }
  }

  @discardableResult
  public mutating func popFirst() -> Element? {
    guard head < items.count else { return nil }
    let item = items[head]
    items[head] = nil
    head += 1
    tidy()
    return item
  }

  @discardableResult
  public mutating func remove(at index: Int) -> Element {
    if index == 0, let first = popFirst() { return first }
    guard let item = items.remove(at: head + index) else { fatalError("the queue has no such place") }
    return item
  }

  public mutating func removeAll(where isUnwanted: (Element) -> Bool) {
    // One by one: turning an array into one of optionals is a cast, which Embedded Swift does not do.
    var kept: [Element?] = []
    for element in elements where !isUnwanted(element) { kept.append(element) }
    items = kept
    head = 0
  }

  public mutating func removeAll() {
    items = []
    head = 0
  }

  public func firstIndex(where isWanted: (Element) -> Bool) -> Int? {
    for place in head..<items.count {
      if let item = items[place], isWanted(item) { return place - head }
    }
    return nil
  }

  /// The empty places before the head go once they are the greater part.
  private mutating func tidy() {
    if head == items.count {
      items.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 32, head * 2 > items.count {
      items.removeFirst(head)
      head = 0
    }
  }
}

extension Queue: Sendable where Element: Sendable {}
