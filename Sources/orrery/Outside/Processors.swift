import Curriculum
import Dispatch

extension Spreading {
  /// Side by side, on as many processors as the machine has.
  static let processors = Spreading { count, work in
    DispatchQueue.concurrentPerform(iterations: count, execute: work)
  }
}
