import Clockwork

/// The status of one Pod on its way to the API: the newest version, and the last one that the API has.
struct StatusReport: Equatable, Sendable {
  private var shared: Shared<PodStatus>
  var status: PodStatus { _read { yield shared.content } }
  private(set) var version: Int64 = 0
  private(set) var acknowledged: Int64 = 0
  /// The request under way and the version it carries.
  private(set) var request: Int64?
  private var carried: Int64 = 0
  /// After a lost connection, the time of the next try.
  private(set) var due: Time = 0
  /// Nobody wants to hear of the Pod any more.
  private(set) var isClosed = false

  init(_ status: PodStatus) { shared = Shared(status) }

  var isDue: Bool { version > acknowledged && !isClosed }
  var isSettled: Bool { version == acknowledged && request == nil }

  /// Takes a new status; one that says the same is not sent.
  mutating func set(_ new: PodStatus) {
    if new == status { return }
    shared = Shared(new)
    version += 1
  }

  /// Says the same once more: the API holds something else.
  mutating func insist() { version += 1 }

  mutating func send(_ id: Int64) {
    request = id
    carried = version
  }

  /// Takes the answer.
  ///
  /// False when it belongs to another request.
  mutating func receive(_ response: Response, retryAt: Time) -> Bool {
    guard response.id == request else { return false }
    request = nil
    if response.code == 404 {
      isClosed = true
    } else if response.isSuccess {
      acknowledged = max(acknowledged, carried)
    } else {
      due = retryAt
    }
    return true
  }

  mutating func close() {
    isClosed = true
    request = nil
  }

  /// The connection is gone, and the answer with it.
  mutating func disconnect(retryAt: Time) {
    guard request != nil else { return }
    request = nil
    due = retryAt
  }
}
