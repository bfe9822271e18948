/// How pieces of work that have nothing to do with each other are done: one after the other, unless the program knows better.
///
/// Lessons are such pieces. What comes of them stands in their order, however they were done.
public struct Spreading: Sendable {
  /// Does each of so many pieces once and returns when all are done.
  private let run: @Sendable (Int, @Sendable (Int) -> Void) -> Void

  public static let inOrder = Spreading { count, work in
    for number in 0..<count { work(number) }
  }

  public init(_ run: @escaping @Sendable (Int, @Sendable (Int) -> Void) -> Void) {
    self.run = run
  }

  /// What comes of each piece, in their order.
  public func map<Result>(_ count: Int, _ work: (Int) -> Result) -> [Result] {
    if count < 2 { return (0..<count).map(work) }
    let shelf = Shelf<Result>(count)
    defer { shelf.clear() }
    withoutActuallyEscaping(work) { work in
      let job = Job(work: work)
      run(count) { number in shelf.places[number] = job.work(number) }
    }
    return (0..<count).compactMap { shelf.places[$0] }
  }

  /// Where results are put: each has a place that nobody else writes, and nobody reads before all are there.
  private struct Shelf<Result>: @unchecked Sendable {
    let places: UnsafeMutablePointer<Result?>
    let count: Int

    init(_ count: Int) {
      places = .allocate(capacity: count)
      places.initialize(repeating: nil, count: count)
      self.count = count
    }

    func clear() {
      places.deinitialize(count: count)
      places.deallocate()
    }
  }

  /// Work that reads values and makes new ones, which is safe from anywhere.
  private struct Job<Result>: @unchecked Sendable {
    let work: (Int) -> Result
  }
}
