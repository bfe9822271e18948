import Clockwork
import Testing

/// A queue beside an array that does the same.
@Suite struct QueueTests {
  @Test func doesWhatAnArrayDoes() {
    var random = Random(seed: 3)
    var queue = Queue<Int>()
    var array: [Int] = []
    for number in 0..<5_000 {
      switch random.next(below: 7) {
      case 0, 1, 2:
        queue.append(number)
        array.append(number)
      case 3, 4:
        #expect(queue.popFirst() == array.first)
        if !array.isEmpty { array.removeFirst() }
      case 5 where !array.isEmpty:
        let place = random.next(below: array.count)
        #expect(queue.remove(at: place) == array.remove(at: place))
      default:
        let place = random.next(below: array.count + 1)
        queue.insert(number, at: place)
        array.insert(number, at: place)
      }
      #expect(queue.first == array.first && queue.count == array.count)
      if number % 100 == 0 { #expect(queue.elements == array) }
    }
    #expect(queue.elements == array)
  }
}
